import * as pulumi from '@pulumi/pulumi';
import { Document } from '@pulumi/aws/ssm/document';
import { componentType, validateArgs, type Tags } from '../component-args';
import { claimNames } from '../claim-names';

/** Arguments of {@link SessionDocument}. */
export interface SessionDocumentArgs {
  /** Name of the document, what people start sessions with. */
  readonly documentName: string;
  /** Log group that every session is recorded to; must be encrypted. */
  readonly logGroupName: pulumi.Input<string>;
  /** On everything that is made. */
  readonly tags: Tags;
}

/** Minutes without input after which a session ends, and minutes after which any does. */
const timeouts = { idle: '20', maximum: '480' };

/**
 * How people open shells by AWS Session Manager: each session is streamed to an encrypted log group
 * and ends when it is idle. Start one with `aws ssm start-session --document-name <name>`.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html
 */
export class SessionDocument extends pulumi.ComponentResource {
  readonly documentName: pulumi.Output<string>;

  constructor(name: string, args: SessionDocumentArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs(
      'SessionDocument',
      claimNames(opts, [{ path: 'documentName', kind: 'SSM document', name: args.documentName }]),
    );
    super(componentType('SessionDocument'), name, {}, opts);
    const document = new Document(
      name,
      {
        name: args.documentName,
        documentType: 'Session',
        documentFormat: 'JSON',
        content: pulumi.jsonStringify({
          schemaVersion: '1.0',
          description: 'Shell whose session is recorded',
          sessionType: 'Standard_Stream',
          inputs: {
            cloudWatchLogGroupName: args.logGroupName,
            cloudWatchEncryptionEnabled: true,
            cloudWatchStreamingEnabled: true,
            idleSessionTimeout: timeouts.idle,
            maxSessionDuration: timeouts.maximum,
            runAsEnabled: false,
          },
        }),
        tags: { ...args.tags, Name: name },
      },
      { parent: this },
    );
    this.documentName = document.name;
    this.registerOutputs({ documentName: this.documentName });
  }
}
