import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePorts, startProgram, waitFor, type Program } from './kube-process';

/** Starts the webhook with the command line of its unit, and leaves its kubeconfig in place. */
export async function startAuthenticator(
  program: string,
  root: string,
  env: NodeJS.ProcessEnv,
  map: (text: string) => string,
): Promise<Program> {
  const unit = await readFile(
    path.join(root, 'etc/systemd/system/aws-iam-authenticator.service'),
    'utf8',
  );
  const joined = unit.replaceAll('\\\n', ' ');
  const [, line = ''] = /\/usr\/local\/bin\/aws-iam-authenticator (.*)$/m.exec(joined) ?? [];
  const [port = 0] = await freePorts(1);
  const args = line
    .trim()
    .split(/\s+/)
    .map((word) => map(word).replace('--port=21362', `--port=${port}`));
  const config = path.join(root, 'etc/aws-iam-authenticator/config.yaml');
  await writeFile(config, map(await readFile(config, 'utf8')));
  const kubeconfig = path.join(root, 'run/aws-iam-authenticator/kubeconfig.yaml');
  await mkdir(path.dirname(kubeconfig), { recursive: true });
  const started = startProgram({
    name: 'aws-iam-authenticator',
    path: program,
    args,
    logFile: path.join(root, 'aws-iam-authenticator.log'),
    env,
  });
  await waitFor(
    'kubeconfig of the webhook',
    async () => {
      try {
        return (await readFile(kubeconfig, 'utf8')) || undefined;
      } catch {
        return undefined;
      }
    },
    { programs: [started] },
  );
  // As the start of the control plane does.
  await copyFile(
    kubeconfig,
    path.join(root, 'etc/kubernetes/aws-iam-authenticator/kubeconfig.yaml'),
  );
  return started;
}
