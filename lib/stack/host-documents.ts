import { Stack } from 'aws-cdk-lib';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { HostDocument } from '../core/host-document.ts';
import { documents } from './documents/index.ts';
import { idOf, prefixOf } from './names.ts';

export interface HostDocumentsProps {
  readonly environment: string;
}

/** The SSM documents: all that may be run on a host. */
export class HostDocuments extends Construct {
  /** The document's name in SSM, by the name that watch knows it by. */
  readonly names: Readonly<Record<HostDocument, string>>;
  readonly arns: readonly string[];

  constructor(scope: Construct, id: string, props: HostDocumentsProps) {
    super(scope, id);
    const nameOf = (key: string) => `${prefixOf(props.environment)}-${key}`;
    for (const [key, content] of Object.entries(documents)) {
      new CfnDocument(this, idOf(key), {
        name: nameOf(key),
        documentType: 'Command',
        documentFormat: 'JSON',
        targetType: '/AWS::EC2::Instance',
        content,
        // A document with a name cannot be replaced; the new version becomes the default one.
        updateMethod: 'NewVersion',
      });
    }
    const keys = Object.keys(documents) as HostDocument[];
    this.names = Object.fromEntries(keys.map((key) => [key, nameOf(key)])) as Record<HostDocument, string>;
    this.arns = keys.map((key) =>
      Stack.of(this).formatArn({ service: 'ssm', resource: 'document', resourceName: nameOf(key) }),
    );
  }
}
