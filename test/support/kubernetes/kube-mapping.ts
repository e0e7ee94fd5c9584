/** Where the test runs what a machine would run. */
export interface TestPlace {
  /** Folder that stands for `/` of the machine. */
  readonly root: string;
  /** Address that the rendered files name as the machine's own. */
  readonly machineAddress: string;
  /** Name of the API server inside the VPC. */
  readonly apiName: string;
  readonly ports: {
    readonly apiServer: number;
    readonly controllerManager: number;
    readonly scheduler: number;
  };
  /** Planned address of each etcd member -> where it listens in the test. */
  readonly etcdEndpoints: Readonly<Record<string, string>>;
}

/**
 * Maps one argument of a command line, or the text of one file, from the machine to the test. This
 * is all that differs between what the tests run and what kubeadm rendered:
 *
 * - paths below `/etc/kubernetes`, `/etc/aws-iam-authenticator`, `/var/log/kubernetes` and
 *   `/run/aws-iam-authenticator` get the test folder before them;
 * - `https://<machine>:6443`, `https://<name of the API>:6443` and `https://127.0.0.1:6443` become
 *   the test's port on 127.0.0.1, and so do the ports of `--secure-port`;
 * - the address of each etcd member becomes where the test runs it.
 */
export function mapToTest(text: string, place: TestPlace): string {
  const { apiServer, controllerManager, scheduler } = place.ports;
  const servers = [place.machineAddress, place.apiName, '127.0.0.1'].map(
    (host): [string, string] => [`https://${host}:6443`, `https://127.0.0.1:${apiServer}`],
  );
  const replacements: readonly (readonly [string, string])[] = [
    ...[
      '/etc/kubernetes',
      '/etc/aws-iam-authenticator',
      '/var/log/kubernetes',
      '/run/aws-iam-authenticator',
    ].map((path) => [path, place.root + path] as const),
    ...servers,
    ['--secure-port=6443', `--secure-port=${apiServer}`],
    ['--secure-port=10257', `--secure-port=${controllerManager}`],
    ['--secure-port=10259', `--secure-port=${scheduler}`],
    ...Object.entries(place.etcdEndpoints),
  ];
  const targets = new Map(replacements);
  const sources = [...targets.keys()].map((source) => source.replaceAll('.', '\\.'));
  // One pass: what was put in is never mapped again.
  return text.replaceAll(new RegExp(sources.join('|'), 'g'), (source) => targets.get(source) ?? '');
}
