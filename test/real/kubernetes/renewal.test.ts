import { X509Certificate, createHash, createPrivateKey } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  controlPlaneTools,
  startControlPlane,
  type ControlPlane,
} from '../../support/kubernetes/api-server';
import { shownCertificate } from '../../support/kubernetes/kube-endpoint';
import { startPlainEtcd, type PlainEtcd } from '../../support/kubernetes/kube-plain-etcd';
import { runCommand, waitFor } from '../../support/kubernetes/kube-process';
import { issueCertificate } from '../../support/pki';
import { describeWithTools } from '../../support/tools';

/** What a machine renews: a pair of files, or a kubeconfig. */
const pairs = {
  'pki/apiserver': 'cluster-ca',
  'pki/apiserver-kubelet-client': 'cluster-ca',
  'pki/front-proxy-client': 'front-proxy-ca',
  'probe/client': 'cluster-ca',
} as const;
const kubeconfigs = ['controller-manager', 'scheduler'] as const;
const programs = ['kube-controller-manager', 'kube-scheduler'] as const;

describeWithTools(
  'renewal of the certificates of a control-plane machine',
  [...controlPlaneTools('1.36'), 'openssl'],
  (tools) => {
    let etcd: PlainEtcd;
    let plane: ControlPlane;
    let stubs: string;

    beforeAll(async () => {
      etcd = await startPlainEtcd({}, 10 * 365 * 24);
      plane = await startControlPlane({ etcd, scheduler: true });
      stubs = path.join(plane.place.root, 'stubs');
      await mkdir(stubs);
      // The script waits for the kubelet to stop a pod; here it waits until somebody has.
      await writeFile(
        path.join(stubs, 'sleep'),
        '#!/bin/sh\nuntil rm "$HC_ROOT/run/pod-stopped" 2>/dev/null; do /bin/sleep 0.1; done\n',
      );
      await chmod(path.join(stubs, 'sleep'), 0o755);
    });
    afterAll(async () => {
      await plane.stop();
      await etcd.stop();
    });

    const folder = () => path.join(plane.place.root, 'etc/kubernetes');
    const renew = async () => {
      const { code, stderr } = await runCommand(
        path.join(plane.place.root, 'usr/local/lib/hardened-cluster/renew-certificates'),
        [],
        {
          env: {
            PATH: `${stubs}:${path.dirname(tools['kubeadm@1.36'])}:/usr/sbin:/usr/bin:/sbin:/bin`,
            HC_ROOT: plane.place.root,
          },
        },
      );
      expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
      return [...stderr.matchAll(/^(?:renew-certificates|issue-probe-credential): (.*)$/gm)].map(
        ([, line]) => line,
      );
    };
    const pairOf = async (name: string) => ({
      certificate: new X509Certificate(await readFile(path.join(folder(), `${name}.crt`))),
      key: await readFile(path.join(folder(), `${name}.key`), 'utf8'),
    });
    const kubeconfigOf = async (name: string) => {
      const text = await readFile(path.join(folder(), `${name}.conf`), 'utf8');
      const part = (field: string) =>
        Buffer.from(new RegExp(`${field}: (\\S+)`).exec(text)?.[1] ?? '', 'base64').toString();
      return {
        text,
        certificate: new X509Certificate(part('client-certificate-data')),
        key: part('client-key-data'),
      };
    };
    const all = async () =>
      Object.fromEntries(
        await Promise.all([
          ...Object.keys(pairs).map(async (name) => [name, await pairOf(name)] as const),
          ...kubeconfigs.map(async (name) => [name, await kubeconfigOf(name)] as const),
        ]),
      );
    const daysOf = ({ validTo }: X509Certificate) =>
      (Date.parse(validTo) - Date.now()) / 86_400_000;
    /** The same certificate as another that ends in 30 days. */
    const shortLived = async (certificate: X509Certificate, caName: string) => {
      const ca = etcd.pki.cas.get(caName);
      if (!ca) throw new Error(`no CA ${caName}`);
      const [, commonName = ''] = /CN=(.*)/.exec(certificate.subject) ?? [];
      const [, organization] = /O=(.*)/.exec(certificate.subject) ?? [];
      const names = (certificate.subjectAltName ?? '').split(', ');
      const ofKind = (kind: string) =>
        names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
      return issueCertificate({
        ca,
        commonName,
        ...(organization === undefined ? {} : { organization }),
        uses: commonName === 'kube-apiserver' ? ['server_auth'] : ['client_auth'],
        dnsNames: ofKind('DNS:'),
        ipAddresses: ofKind('IP Address:'),
        validityHours: 30 * 24,
      });
    };
    const served = async () =>
      new X509Certificate(await shownCertificate({ port: plane.place.ports.apiServer }));

    test('what has a year to live is left alone', async () => {
      expect(await renew()).toEqual(['issued']); // The probe's, which the start would have issued.
      const before = await all();
      expect(await renew()).toEqual([]);
      const after = await all();
      for (const [name, { certificate }] of Object.entries(before)) {
        expect([name, Math.round(daysOf(certificate))]).toEqual([name, 365]);
        expect([name, after[name]?.certificate.raw.equals(certificate.raw)]).toEqual([name, true]);
      }
    });

    test('what ends within 60 days is renewed, and the programs use it', async () => {
      const year = await all();
      for (const [name, ca] of Object.entries(pairs)) {
        const { certificate } = year[name] ?? {};
        if (!certificate) throw new Error(`no ${name}`);
        const made = await shortLived(certificate, ca);
        await writeFile(path.join(folder(), `${name}.key`), made.key);
        await writeFile(path.join(folder(), `${name}.crt`), made.certificate);
      }
      for (const name of kubeconfigs) {
        const { text, certificate } = await kubeconfigOf(name);
        const made = await shortLived(certificate, 'cluster-ca');
        const field = (key: string, pem: string) =>
          `${key}: ${Buffer.from(pem).toString('base64')}`;
        const changed = text
          .replace(
            /client-certificate-data: \S+/,
            field('client-certificate-data', made.certificate),
          )
          .replace(/client-key-data: \S+/, field('client-key-data', made.key));
        await writeFile(path.join(folder(), `${name}.conf`), changed);
      }
      const old = await all();
      await waitFor('the API server to serve what ends soon', async () =>
        daysOf(await served()) < 31 ? true : undefined,
      );

      const pids = programs.map((name) => plane.programs.get(name)?.pid);
      const kubelet = playKubelet(plane);
      const lines = await renew();
      await kubelet.stop();
      expect(lines).toEqual([
        'renewed apiserver',
        'renewed apiserver-kubelet-client',
        'renewed front-proxy-client',
        'issued',
        'renewed controller-manager.conf',
        'renewed scheduler.conf',
      ]);
      expect(kubelet.restarted).toEqual(programs);

      const renewed = await all();
      for (const [name, { certificate, key }] of Object.entries(renewed)) {
        const caName = name === 'pki/front-proxy-client' ? 'front-proxy-ca' : 'cluster-ca';
        const ca = new X509Certificate(etcd.pki.cas.get(caName)?.certificate ?? '');
        const before = old[name]?.certificate;
        expect([
          name,
          Math.round(daysOf(certificate)),
          certificate.verify(ca.publicKey),
          certificate.checkPrivateKey(createPrivateKey(key)),
          certificate.subject === before?.subject,
          certificate.serialNumber !== before?.serialNumber,
        ]).toEqual([name, 365, true, true, true, true]);
        const namesOf = (text = '') => text.split(', ').sort();
        expect([name, namesOf(certificate.subjectAltName)]).toEqual([
          name,
          namesOf(before?.subjectAltName),
        ]);
      }
      // The API server without a restart; the others as new processes that show what is new.
      const shown = await waitFor('the renewed certificate of the API server', async () =>
        (await served()).raw.equals(renewed['pki/apiserver']?.certificate.raw ?? Buffer.alloc(0))
          ? true
          : undefined,
      );
      expect(shown).toBe(true);
      expect(programs.map((name) => plane.programs.get(name)?.pid)).not.toEqual(pids);
      for (const name of kubeconfigs) {
        const raw = renewed[name]?.certificate.raw ?? Buffer.alloc(0);
        const id = `X509SHA256=${createHash('sha256').update(raw).digest('hex')}`;
        await waitFor(
          `${name} with its renewed certificate`,
          async () => ((await readFile(plane.auditLog, 'utf8')).includes(id) ? true : undefined),
          { everyMilliseconds: 500, programs: [...plane.programs.values()] },
        );
      }
      expect(await renew()).toEqual([]);
    });

    test('a run that was killed with a manifest aside puts it back', async () => {
      const manifest = path.join(folder(), 'manifests/kube-scheduler.yaml');
      const content = await readFile(manifest, 'utf8');
      const aside = path.join(folder(), 'kube-scheduler.yaml.paused');
      await runCommand('mv', [manifest, aside]);
      expect(await renew()).toEqual([]);
      expect(await readFile(manifest, 'utf8')).toBe(content);
      expect(existsSync(aside)).toBe(false);
    });
  },
);

/** Does with static pods what a kubelet does: stops what has no manifest, starts what has one. */
function playKubelet(plane: ControlPlane) {
  const restarted: string[] = [];
  const ended = new AbortController();
  const manifestOf = (name: string) =>
    path.join(plane.place.root, 'etc/kubernetes/manifests', `${name}.yaml`);
  const loop = (async () => {
    while (!ended.signal.aborted) {
      for (const name of programs.filter((program) => !existsSync(manifestOf(program)))) {
        await plane.programs.get(name)?.stop();
        await writeFile(path.join(plane.place.root, 'run/pod-stopped'), '');
        while (!existsSync(manifestOf(name))) await pause();
        await plane.restart(name);
        restarted.push(name);
      }
      await pause();
    }
  })();
  return {
    restarted,
    stop: async () => {
      ended.abort();
      await loop;
    },
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
