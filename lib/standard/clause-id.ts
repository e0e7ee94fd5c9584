/** Stable id of a clause: `<document>/<topic>/<rule>`, such as `scs-0217/etcd/acl-enabled`. */
export type ClauseId = `${'scs-0217' | 'scs-0210' | 'scs-0214' | 'scs-0215' | 'guide'}/${string}`;
