import * as pulumi from '@pulumi/pulumi';
import { LogGroup } from '@pulumi/aws/cloudwatch/logGroup';
import { componentType, validateArgs, type DataLife, type Tags } from '../component-args';
import { claimNames } from '../claim-names';

/** Retention periods that CloudWatch Logs offers, in days. */
export const logRetentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
] as const;

/** Arguments of {@link LogGroups}. */
export interface LogGroupsArgs extends DataLife {
  /** Names of the groups are `<prefix>/<key>`. */
  readonly prefix: string;
  /**
   * What ends each name. Groups outlive their stack: another end for the next stack of the same name
   * keeps them apart. @default nothing
   */
  readonly suffix?: pulumi.Input<string>;
  /** Days that each group keeps its events, by its key; rounded up to what CloudWatch offers. */
  readonly retentionDays: Readonly<Record<string, number>>;
  /** KMS key of the groups. */
  readonly keyArn: pulumi.Input<string>;
  /** On everything that is made. */
  readonly tags: Tags;
}

/** Encrypted log groups with retention; no role of the cluster may delete one or shorten it. */
export class LogGroups extends pulumi.ComponentResource {
  private readonly groups: ReadonlyMap<string, LogGroup>;

  constructor(name: string, args: LogGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs(
      'LogGroups',
      Object.entries(args.retentionDays).flatMap(([key, days]) => {
        const path = `retentionDays.${key}`;
        if (!(days >= 1 && days <= 3653)) {
          return [{ path, got: days, expected: 'days from 1 to 3653' }];
        }
        // With an end of its own, the name is known later.
        return args.suffix === undefined
          ? claimNames(opts, [{ path, kind: 'log group', name: `${args.prefix}/${key}` }])
          : [];
      }),
    );
    super(componentType('LogGroups'), name, {}, opts);
    this.groups = new Map(
      Object.entries(args.retentionDays).map(([key, days]) => [
        key,
        new LogGroup(
          `${name}-${key}`,
          {
            name: pulumi.interpolate`${args.prefix}/${key}${args.suffix ?? ''}`,
            retentionInDays: offeredRetention(days),
            kmsKeyId: args.keyArn,
            tags: { ...args.tags, Name: `${name}-${key}` },
          },
          // Evidence: a destroyed stack must not take its own traces with it.
          { parent: this, protect: args.protect ?? true, retainOnDelete: args.retain ?? true },
        ),
      ]),
    );
    this.registerOutputs({});
  }

  /** The group of one key. */
  group(key: string): LogGroup {
    const group = this.groups.get(key);
    if (!group) throw new Error(`no log group ${key}`);
    return group;
  }
}

/** The shortest period on offer that is at least as long. */
export function offeredRetention(days: number): number {
  return logRetentionDays.find((offered) => offered >= days) ?? 3653;
}
