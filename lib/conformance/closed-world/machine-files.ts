import { existsSync } from 'node:fs';
import path from 'node:path';
import { programFolder, readProgram } from '../../machine/program-file';
import type { MachineFact } from '../facts';
import { memoize } from '../readers/memoize';

/** Files that a machine of a plan has, each with a reader or of no weight for any clause. */
const knownFiles: readonly RegExp[] = [
  /^\/etc\/apt\/apt\.conf\.d\/90-hardened-cluster$/,
  /^\/etc\/(at|cron)\.allow$/,
  /^\/etc\/audit\/rules\.d\/90-hardened-cluster\.rules$/,
  /^\/etc\/aws-iam-authenticator\/config\.yaml$/,
  /^\/etc\/containerd\/config\.toml$/,
  /^\/etc\/crictl\.yaml$/,
  /^\/etc\/hardened-cluster\/boot\/(artifacts|commands|data-volume|files|packages|secrets|services|units|users)$/,
  /^\/etc\/hardened-cluster\/etcd\/(access-control|member\.env)$/,
  /^\/etc\/hardened-cluster\/(apply-set-definition|apply-set|encryption-template|node-bindings)\.yaml$/,
  /^\/etc\/hardened-cluster\/firewall\.nft$/,
  /^\/etc\/hardened-cluster\/ship-logs\.json$/,
  /^\/etc\/issue(\.net)?$/,
  /^\/etc\/kubernetes\/kubeadm\.yaml$/,
  /^\/etc\/kubernetes\/bootstrap-kubelet\.conf$/,
  /^\/etc\/kubernetes\/patches\/kube-(apiserver|controller-manager|scheduler)\+strategic\.yaml$/,
  /^\/etc\/kubernetes\/policies\/(admission|audit|event-rate-limit|pod-security|image-policy|image-policy-kubeconfig|authentication)\.yaml$/,
  /^\/etc\/modprobe\.d\/hardened-cluster\.conf$/,
  /^\/etc\/modules-load\.d\/hardened-cluster\.conf$/,
  /^\/etc\/profile\.d\/hardened-cluster\.sh$/,
  /^\/etc\/security\/limits\.d\/90-hardened-cluster\.conf$/,
  /^\/etc\/ssh\/(sshd_config|user-ca-keys)$/,
  /^\/etc\/ssh\/authorized_(keys|principals)\.d\/(ops|jump)$/,
  /^\/etc\/sudoers\.d\/zz-hardened-cluster$/,
  /^\/etc\/sysctl\.d\/90-hardened-cluster\.conf$/,
  /^\/etc\/systemd\/(coredump|journald|networkd|resolved|system|timesyncd)\.conf\.d\/90-hardened-cluster\.conf$/,
  /^\/etc\/systemd\/system\/[a-z0-9@-]+\.(service|timer|socket)$/,
  /^\/etc\/systemd\/system\/kubelet\.service\.d\/10-kubeadm\.conf$/,
  /^\/etc\/systemd\/system\/ssh\.service\.d\/90-hardened-cluster\.conf$/,
  /^\/etc\/(sysusers|tmpfiles)\.d\/hardened-cluster-ssh-accounts\.conf$/,
  /^\/usr\/local\/lib\/hardened-cluster\/[A-Za-z0-9_.-]+$/,
  /^\/var\/lib\/kubelet\/config\.yaml$/,
];

const folders = ['aws', 'boot', 'control-plane', 'etcd', 'logs', 'operator', 'sessions'] as const;

const shippedPrograms = new Map<string, string | undefined>();

/** The program or library of this version that lies under a name on machines; undefined for others. */
function shippedProgram(file: string): string | undefined {
  if (!shippedPrograms.has(file)) shippedPrograms.set(file, findProgram(file));
  return shippedPrograms.get(file);
}

function findProgram(file: string): string | undefined {
  const name = file.slice(programFolder.length + 1);
  const root = path.join(__dirname, '..', '..', 'machine', 'programs');
  const sources = folders.flatMap((folder) => {
    const names = /\.(sh|py)$/.test(name) ? [name] : [`${name}.sh`, `${name}.py`];
    return names.map((each) => `${folder}/${each}`);
  });
  const source = sources.find((each) => existsSync(path.join(root, each)));
  return source === undefined ? undefined : readProgram(source);
}

/**
 * What on a machine no reader understands: files it does not know, programs that are not those of
 * this version (which its tests ran), files that boot does not put in place as listed.
 */
export const unreadFiles = memoize((machine: MachineFact): readonly string[] => [
  ...Object.entries(machine.files).flatMap(([file, { content }]) => {
    if (!knownFiles.some((known) => known.test(file))) {
      return [`${machine.name}: ${file} is a file that no reader understands`];
    }
    if (!file.startsWith(`${programFolder}/`)) return [];
    return content === shippedProgram(file)
      ? []
      : [`${machine.name}: ${file} is not the program that this version ships`];
  }),
  ...unlistedFiles(machine),
]);

/** Boot installs the files that its list names, with the modes and owners there. */
function unlistedFiles({ name, files }: MachineFact): string[] {
  const list = files['/etc/hardened-cluster/boot/files'];
  if (!list) return [`${name}: /etc/hardened-cluster/boot/files is missing: boot installs nothing`];
  const rows = new Map(
    list.content
      .split('\n')
      .filter((line) => line !== '')
      .map((line): [string, string] => {
        const [file = '', mode = '', owner = '', form = ''] = line.split('\t');
        return [file, `${mode} ${owner} ${form}`];
      }),
  );
  const wrong = Object.entries(files)
    .filter(([file, { mode, owner }]) => {
      const row = rows.get(file);
      return row !== `${mode} ${owner} plain` && row !== `${mode} ${owner} template`;
    })
    .map(
      ([file]) => `${name}: ${file} is not in the list of files that boot installs as it is here`,
    );
  const missing = [...rows.keys()]
    .filter((file) => !(file in files))
    .map((file) => `${name}: ${file} is in the list of boot, but not among the files`);
  return [...wrong, ...missing];
}
