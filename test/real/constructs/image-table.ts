import { container, pod, podSpec } from './pods';
import { allow, change, create, deny, type RequestRow } from './request';

const pods = '/api/v1/namespaces/shop/pods';
const refused = 'images must come from';
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

const image = (name: string) =>
  create(pods, pod(podSpec({ containers: [container({ image: name })] })));

const allowedImages = [
  'registry.example.com/app',
  'registry.example.com/app:1',
  'registry.example.com/team/app_one/part-two:v1.2.3-rc.1',
  `registry.example.com/app@${digest}`,
  `registry.example.com/app:1@${digest}`,
  'ghcr.io/example/app:1',
  'ghcr.io/example:1',
  'localhost:5000/team/app:1',
  'registry.k8s.io/pause:3.10.1',
  'quay.io/calico/node:v3.31.7',
] as const;

const refusedImages = [
  ['no registry', 'nginx'],
  ['no registry but a path', 'library/nginx:1'],
  ['another registry', 'docker.io/library/nginx:1'],
  ['a registry in upper case', 'REGISTRY.EXAMPLE.COM/app:1'],
  ['a registry in mixed case', 'Registry.example.com/app:1'],
  ['a longer host with the same beginning', 'registry.example.com.evil.io/app:1'],
  ['a host that only ends the same', 'evil-registry.example.com/app:1'],
  ['a host with a letter in place of the dot', 'registryxexample.com/app:1'],
  ['a port that is not named', 'registry.example.com:5000/app:1'],
  ['the registry as a path', 'evil.io/registry.example.com/app:1'],
  ['the registry as a user name', 'registry.example.com@evil.io/app:1'],
  ['a scheme', 'https://registry.example.com/app:1'],
  ['dots that lead upwards', 'registry.example.com/../evil/app:1'],
  ['an empty path part', 'registry.example.com//app:1'],
  ['the registry alone', 'registry.example.com'],
  ['the registry and a slash', 'registry.example.com/'],
  ['the registry with a tag', 'registry.example.com:1'],
  ['a path with the same beginning', 'ghcr.io/example-evil/app:1'],
  ['another path of an allowed host', 'ghcr.io/other/app:1'],
  ['a shorter path', 'ghcr.io/app:1'],
  ['another port', 'localhost:5001/team/app:1'],
  ['no port', 'localhost/team/app:1'],
  ['a digest that is too short', 'registry.example.com/app@sha256:0123'],
  ['a digest in upper case', `registry.example.com/app@${digest.toUpperCase()}`],
  ['a digest of another kind', `registry.example.com/app@md5:${'0'.repeat(32)}`],
  ['a line break', 'registry.example.com/app:1\nevil.io/app'],
  ['a path in upper case', 'registry.example.com/App:1'],
  ['another path of a registry of the components', 'quay.io/evil/node:v3.31.7'],
] as const;

/** A merge patch replaces lists as a whole, so the container is as the API server completed it. */
const changeImage = (name: string) =>
  change(`${pods}/running`, {
    spec: {
      containers: [
        {
          ...container({ image: name }, { capabilities: { drop: ['ALL'] } }),
          imagePullPolicy: 'Always',
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          resources: {
            limits: { cpu: '1', memory: '512Mi' },
            requests: { cpu: '50m', memory: '64Mi' },
          },
        },
      ],
    },
  });

/** Names of images: near misses around the allow-list of the test cluster. */
export const imageTable: readonly RequestRow[] = [
  ...allowedImages.map((name) => allow(`image ${name.slice(0, 60)}`, 'tenant', image(name))),
  ...refusedImages.map(([title, name]) =>
    deny(`an image with ${title}`, 'tenant', image(name), refused),
  ),
  deny(
    'an empty image in a template',
    'tenant',
    create('/apis/apps/v1/namespaces/shop/deployments', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'tried' },
      spec: {
        selector: { matchLabels: { app: 'a' } },
        template: {
          metadata: { labels: { app: 'a' } },
          spec: podSpec({ containers: [container({ image: '' })] }),
        },
      },
    }),
    'Required value',
  ),
  deny(
    'an image of a pod changed to one from elsewhere',
    'tenant',
    changeImage('evil.example/app:1'),
    refused,
  ),
  allow(
    'an image of a pod changed to another allowed one',
    'tenant',
    changeImage('registry.example.com/app:2'),
  ),
  allow(
    'a label of a pod whose image is from before the policy',
    'tenant',
    change('/api/v1/namespaces/plain/pods/old', { metadata: { labels: { seen: 'true' } } }),
  ),
  deny(
    'an image from elsewhere of break-glass',
    'breakGlass',
    image('docker.io/library/nginx:1'),
    refused,
  ),
];
