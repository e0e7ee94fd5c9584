import { ApiObject, ApiObjectMetadataDefinition, type ApiObjectProps, type JsonPatch } from 'cdk8s';
import type { Construct } from 'constructs';
import { refuseDuplicates } from './duplicates';

/**
 * An ApiObject of plain data: it renders without asking every resolver about every value, which is most
 * of what synthesis costs. What holds lazy values, or is changed later by patches or by its metadata,
 * is rendered the usual way.
 */
export class PlainObject extends ApiObject {
  declare readonly metadata: TrackedMetadata;
  private readonly data: ApiObjectProps;
  private patched = false;

  constructor(scope: Construct, id: string, props: ApiObjectProps) {
    super(scope, id, props);
    this.data = props;
    refuseDuplicates(this.chart);
    // The object is made by the base class; only its methods are exchanged for those that tell.
    Object.setPrototypeOf(this.metadata, TrackedMetadata.prototype);
  }

  override addJsonPatch(...operations: JsonPatch[]): void {
    this.patched = true;
    super.addJsonPatch(...operations);
  }

  /** Keys sorted below the first level, as cdk8s renders them. */
  override toJson(): Record<string, unknown> {
    if (this.patched || this.metadata.changed === true || !isPlain(this.data)) {
      return super.toJson() as Record<string, unknown>;
    }
    const { metadata } = this.data;
    const labels = { ...this.chart.labels, ...metadata?.labels };
    const annotations = metadata?.annotations;
    const namespace = metadata?.namespace ?? this.chart.namespace;
    const result: Record<string, unknown> = {
      apiVersion: this.apiVersion,
      kind: this.kind,
      metadata: {
        ...(annotations && Object.keys(annotations).length > 0
          ? { annotations: sorted(annotations) }
          : {}),
        ...(Object.keys(labels).length > 0 ? { labels: sorted(labels) } : {}),
        name: this.name,
        ...(namespace === undefined ? {} : { namespace }),
      },
    };
    for (const key of Object.keys(this.data).sort()) {
      if (key in result) continue;
      const value = sorted(this.data[key]);
      if (value !== undefined) result[key] = value;
    }
    return result;
  }
}

/** Tells whether something was added after the object was made. */
class TrackedMetadata extends ApiObjectMetadataDefinition {
  declare changed?: boolean;

  override addLabel(key: string, value: string): void {
    this.changed = true;
    super.addLabel(key, value);
  }

  override addAnnotation(key: string, value: string): void {
    this.changed = true;
    super.addAnnotation(key, value);
  }

  override addFinalizers(...finalizers: string[]): void {
    this.changed = true;
    super.addFinalizers(...finalizers);
  }

  override addOwnerReference(
    owner: Parameters<ApiObjectMetadataDefinition['addOwnerReference']>[0],
  ): void {
    this.changed = true;
    super.addOwnerReference(owner);
  }

  override add(key: string, value: unknown): void {
    this.changed = true;
    super.add(key, value);
  }
}

/** Whether all of it is data: a lazy value, or another token, is an object of a class. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
}

/** A copy with sorted keys and without undefined values. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  if (Array.isArray(value)) return value.map(sorted);
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    const inner = sorted((value as Record<string, unknown>)[key]);
    if (inner !== undefined) result[key] = inner;
  }
  return result;
}
