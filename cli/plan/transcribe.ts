import { asset, runtime } from '@pulumi/pulumi';
import { digestOf } from './digest';
import { isPlainObject, type Properties, type RegisteredResource } from './monitor';

/** A resource as `resources.json` shows it. */
export interface TranscribedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Secrets are `[secret]`, PEM is `[pem]`, key sets `[public keys]`, long text its SHA-256. */
  readonly inputs: Properties;
  readonly parent?: string;
  readonly id?: string;
  readonly arn?: string;
  readonly protect?: true;
  readonly retainOnDelete?: true;
}

/** Writes resources down so that a person can read them and no secret is in them. */
export async function transcribeResources(
  resources: readonly RegisteredResource[],
): Promise<readonly TranscribedResource[]> {
  return Promise.all(
    resources.map(
      async ({ urn, type, name, inputs, parent, id, computed, protect, retainOnDelete }) => ({
        urn,
        type,
        name,
        inputs: await transcribeProperties(inputs),
        ...(parent === undefined ? {} : { parent }),
        ...(id === '' ? {} : { id }),
        ...(typeof computed.arn === 'string' ? { arn: computed.arn } : {}),
        ...(protect ? { protect } : {}),
        ...(retainOnDelete ? { retainOnDelete } : {}),
      }),
    ),
  );
}

/** The same for a bare set of properties, such as the outputs of the stack. */
export async function transcribeProperties(properties: Properties): Promise<Properties> {
  const entries = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    await Promise.all(
      entries.map(async ([key, value]): Promise<[string, unknown]> => [
        key,
        // Digests of what is elsewhere in the folder, public keys among it.
        key === 'triggers' ? '[digests]' : await transcribe(value, mostOf(key)),
      ]),
    ),
  );
}

/** Longer text would drown the rest; it is in the folder under its own name. */
const longestText = 8192;

/** A policy is what checks evaluate: it is never shortened, whatever AWS's limit on its kind is. */
function mostOf(key: string): number {
  return /polic/i.test(key) ? Infinity : longestText;
}

async function transcribe(value: unknown, most: number): Promise<unknown> {
  if (runtime.isRpcSecret(value)) return '[secret]';
  if (typeof value === 'string') return transcribeText(value, most);
  if (Array.isArray(value)) return Promise.all(value.map((item) => transcribe(item, most)));
  if (asset.Asset.isInstance(value)) return transcribeAsset(value);
  return isPlainObject(value) ? transcribeProperties(value) : value;
}

function transcribeText(text: string, most: number): string {
  if (text.includes('-----BEGIN ')) return '[pem]';
  if (text.startsWith('{"keys":[')) return '[public keys]';
  const shown = text.replaceAll(base64Pem, '[pem]').replaceAll(quotedKeySet, '[public keys]');
  return shown.length > most ? digestOf(shown) : shown;
}

/** A key set as a text within JSON. */
const quotedKeySet = /\{\\"keys\\":\[.*?\]\}/g;

/** `-----BEGIN ` in base64, as kubeconfig files carry it. */
const base64Pem = /LS0tLS1CRUdJTi[A-Za-z0-9+/=]+/g;

async function transcribeAsset(value: asset.Asset): Promise<Properties> {
  if (value instanceof asset.RemoteAsset) return { remoteAsset: await value.uri };
  if (value instanceof asset.FileAsset) return { fileAsset: await value.path };
  if (value instanceof asset.StringAsset) return { stringAsset: digestOf(await value.text) };
  return { asset: 'of an unknown kind' };
}
