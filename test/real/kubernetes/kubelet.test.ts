import { X509Certificate } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeCertificateBinding } from '../../../lib/kubernetes/node-certificates';
import { planWorker } from '../../../lib/kubernetes/plan-worker';
import { resolveLock } from '../../../lib/machine/artifact-lock';
import { controlPlaneTools, startControlPlane, type ControlPlane } from '../../support/api-server';
import { startAuthenticator } from '../../support/kube-authenticator';
import { startAwsStandIn, type AwsStandIn } from '../../support/kube-aws';
import { mapToTest } from '../../support/kube-mapping';
import { startPlainEtcd, type EtcdForApiServer } from '../../support/kube-plain-etcd';
import { startProgram, waitFor, type Program } from '../../support/kube-process';
import { machineFacts, placePart } from '../../support/kube-rendered-root';
import { describeWithTools } from '../../support/tools';

const node = 'ip-10-0-1-7.eu-central-1.compute.internal';
const identity = {
  accessKeyId: 'ASIAWORKER',
  secretAccessKey: 'worker-secret-key',
  arn: 'arn:aws:sts::123456789012:assumed-role/prod-worker/i-0aaaaaaaaaaaaaaa1',
};

/**
 * A root of its own (this system with the worker's files over it), in which the kubelet's paths are
 * the very ones. Its container runtime takes connections and never answers, so the kubelet joins and
 * then ends for want of one.
 */
const script = `
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=/,upperdir=$UPPER,workdir=$WORK/work" "$WORK/root"
mount -t proc proc "$WORK/root/proc"
mount --rbind /dev "$WORK/root/dev"
mount --rbind /sys "$WORK/root/sys"
mount -t cgroup2 cgroup2 "$WORK/root/sys/fs/cgroup"
mkdir -p "$WORK/root/run/containerd"
mount --bind "$WORK/run" "$WORK/root/run/containerd"
while :; do
  chroot "$WORK/root" /usr/local/bin/kubelet "$@" || true
  sleep 1
done
`;

describeWithTools(
  'a worker that joins',
  [...controlPlaneTools('1.36'), 'kubelet@1.36', 'aws-iam-authenticator'],
  (tools) => {
    let etcd: EtcdForApiServer;
    let plane: ControlPlane;
    let aws: AwsStandIn;
    let webhook: Program | undefined;
    let kubelet: Program | undefined;
    let runtime: Server | undefined;
    let root: string;
    let work: string;

    beforeAll(async () => {
      root = await mkdtemp(path.join(tmpdir(), 'worker-'));
      work = await mkdtemp(path.join(tmpdir(), 'worker-mounts-'));
      aws = await startAwsStandIn({
        folder: root,
        identities: [identity],
        instances: [{ id: 'i-0aaaaaaaaaaaaaaa1', privateDnsName: node, privateIp: '10.0.1.7' }],
      });
      etcd = await startPlainEtcd();
      plane = await startControlPlane({
        etcd,
        prepare: async (machine, place) => {
          webhook = await startAuthenticator(
            tools['aws-iam-authenticator'],
            machine,
            aws.environment(identity),
            (text) => mapToTest(text, place),
          );
        },
      });
      const made = await plane.admin.post(
        '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
        nodeCertificateBinding,
      );
      expect(made.status).toBe(201);
    }, 120_000);
    afterAll(async () => {
      await kubelet?.stop('SIGKILL');
      runtime?.close();
      await plane.stop();
      await webhook?.stop();
      await aws.stop();
      await etcd.stop();
      await rm(root, { recursive: true, force: true });
      await rm(work, { recursive: true, force: true });
    }, 60_000);

    test('becomes its own node by its IAM role, and gets a certificate to rotate', async () => {
      const [pool] = plane.blueprint.workers;
      if (!pool) throw new Error('no pool');
      const part = planWorker(plane.blueprint, pool, resolveLock(plane.blueprint));
      const facts = { ...machineFacts, HC_PRIVATE_DNS_NAME: node, HC_PRIVATE_IP: '10.0.1.7' };
      await placePart({ root, part, pki: plane.etcd.pki, facts });
      const bootstrap = path.join(root, 'etc/kubernetes/bootstrap-kubelet.conf');
      const text = await readFile(bootstrap, 'utf8');
      await writeFile(
        bootstrap,
        text.replace(`https://${plane.blueprint.names.api}:6443`, plane.baseUrl),
      );
      await mkdir(path.join(root, 'usr/local/bin'), { recursive: true });
      await copyFile(tools['kubelet@1.36'], path.join(root, 'usr/local/bin/kubelet'));
      await copyFile(
        tools['aws-iam-authenticator'],
        path.join(root, 'usr/local/bin/aws-iam-authenticator'),
      );
      for (const folder of ['work', 'root', 'run']) await mkdir(path.join(work, folder));
      runtime = createServer();
      runtime.listen(path.join(work, 'run/containerd.sock'));
      const service = await readFile(
        path.join(root, 'etc/systemd/system/kubelet.service.d/10-kubeadm.conf'),
        'utf8',
      );
      const args = service
        .slice(service.indexOf('/usr/local/bin/kubelet') + '/usr/local/bin/kubelet'.length)
        .split(/[\s\\]+/)
        .filter((word) => word !== '');
      kubelet = startProgram({
        name: 'kubelet',
        path: 'unshare',
        args: ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-euc', script, 'sh', ...args],
        logFile: path.join(work, 'kubelet.log'),
        env: { ...aws.environment(identity), UPPER: root, WORK: work },
      });
      const pem = await waitFor(
        'client certificate of the kubelet',
        async () => {
          // `kubelet-client-current.pem` is a link to a path of the worker's own root.
          const folder = path.join(root, 'var/lib/kubelet/pki');
          const names = await readdir(folder).catch(() => []);
          const dated = names.find((name) => /^kubelet-client-\d.*\.pem$/.test(name));
          return dated === undefined ? undefined : readFile(path.join(folder, dated), 'utf8');
        },
        { seconds: 60, programs: [kubelet] },
      );
      const certificate = new X509Certificate(pem);
      expect(certificate.subject).toBe(`O=system:nodes\nCN=system:node:${node}`);
      const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
      // Thirty days, or what is left of the authority's own: a day in tests.
      expect(days).toBeLessThanOrEqual(30);
      const written = await readFile(path.join(root, 'etc/kubernetes/kubelet.conf'), 'utf8');
      expect(written).toContain('kubelet-client-current.pem');
      expect(written).not.toMatch(/exec:|token:/);
      const { body } = await plane.admin.get(
        '/apis/certificates.k8s.io/v1/certificatesigningrequests',
      );
      const { items } = body as {
        items: { spec: { username: string; signerName: string; groups: string[] } }[];
      };
      expect(items[0]?.spec).toMatchObject({
        username: `system:node:${node}`,
        signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      });
    }, 90_000);

    test('read its configuration without a complaint', async () => {
      const log = await readFile(path.join(work, 'kubelet.log'), 'utf8');
      expect(log).not.toMatch(
        /unknown field|failed to load kubelet config|unknown flag|deprecated/i,
      );
    });
  },
);
