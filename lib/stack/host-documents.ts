import { Stack } from 'aws-cdk-lib';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { Config, Pair } from '../core/config/config.ts';
import { type HostDocument, type MoveDocument, workDocuments } from '../core/hosts/host-document.ts';
import { documents } from './documents/index.ts';
import { idOf, prefixOf } from './names.ts';
import { slashArn } from './statements.ts';

/** Of a pair that is only observed, nothing may be changed. */
export function isActedOn({ mode }: Pair): boolean {
  return mode === 'act';
}

/** Whether the settings of the pair make plans and repairs run anything on its hosts. */
export function runsDocuments(pair: Pair): boolean {
  return moveDocumentsOf(pair).length > 0;
}

/** What work that a person ordered runs on a host, also on one of a pair that is only observed. */
function workDocumentsOf({ hostWork }: Pair): readonly HostDocument[] {
  return hostWork ? [...workDocuments, 'restart-mysqld'] : [];
}

function moveDocumentsOf(pair: Pair): readonly MoveDocument[] {
  if (!isActedOn(pair)) return [];
  return [
    ...pair.repair.map((what) => `restart-${what}` as const),
    ...(pair.hostAddress === 'ssm' ? (['bind-vip', 'unbind-vip'] as const) : []),
  ];
}

export interface HostDocumentsProps {
  readonly config: Config;
}

/** The SSM documents that the settings of some pair call for: all that may be run on a host. */
export class HostDocuments extends Construct {
  /** The document's name in SSM, by the name that watch knows it by. */
  readonly names: Readonly<Partial<Record<HostDocument, string>>>;
  /** Those that plans and repairs run. */
  readonly arns: readonly string[];
  /** Those that operate runs beside them, when a person orders work on hosts. */
  readonly workArns: readonly string[];

  constructor(scope: Construct, id: string, { config }: HostDocumentsProps) {
    super(scope, id);
    const moving = new Set<HostDocument>(config.pairs.flatMap(moveDocumentsOf));
    const working = new Set(config.pairs.flatMap(workDocumentsOf));
    const keys = (Object.keys(documents) as HostDocument[]).filter(
      (key) => moving.has(key) || working.has(key),
    );
    const nameOf = (key: HostDocument) => `${prefixOf(config.name)}-${key}`;
    for (const key of keys) {
      new CfnDocument(this, idOf(key), {
        name: nameOf(key),
        documentType: 'Command',
        documentFormat: 'JSON',
        targetType: '/AWS::EC2::Instance',
        content: documents[key],
        // A document with a name cannot be replaced; the new version becomes the default one.
        updateMethod: 'NewVersion',
      });
    }
    this.names = Object.fromEntries(keys.map((key) => [key, nameOf(key)]));
    const arnOf = (key: HostDocument) => slashArn(Stack.of(this), 'ssm', 'document', nameOf(key));
    this.arns = keys.filter((key) => moving.has(key)).map(arnOf);
    const own = config.pairs.flatMap(({ hostWork, maintenance }) =>
      hostWork ? Object.values(maintenance) : [],
    );
    this.workArns = [
      ...keys.filter((key) => working.has(key)).map(arnOf),
      ...[...new Set(own)].map((name) => slashArn(Stack.of(this), 'ssm', 'document', name)),
    ];
  }
}
