import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Config } from '../core/config/config.ts';
import { Alarms } from './alarms.ts';
import { Alerts } from './alerts.ts';
import { type Bundles, takePackaged } from './bundle.ts';
import { Dashboard } from './dashboard.ts';
import { DeadLetters } from './dead-letters.ts';
import { Encryption } from './encryption.ts';
import { Functions } from './functions.ts';
import { HostDocuments } from './host-documents.ts';
import { prefixOf } from './names.ts';
import { Store } from './store.ts';
import { Triggers } from './triggers.ts';

export interface KeepalambdaStackProps extends Omit<StackProps, 'env' | 'stackName' | 'description'> {
  readonly config: Config;
  /** The code of the functions. @default what the package brings */
  readonly bundles?: Bundles;
}

/** One environment: everything that keepalambda has in an account, and no more. */
export class KeepalambdaStack extends Stack {
  constructor(scope: Construct, id: string, props: KeepalambdaStackProps) {
    const { config, bundles = takePackaged(), ...rest } = props;
    const { account, region, description } = config;
    super(scope, id, {
      ...rest,
      stackName: prefixOf(config.name),
      description: `keepalambda ${config.name}${description && `: ${description}`}`,
      env: { region, ...(account === undefined ? {} : { account }) },
    });
    // Also in an app that is not ours: a configuration that changes is a new version of watch.
    this.node.setContext('@aws-cdk/aws-lambda:recognizeLayerVersion', true);
    this.#keepRules(config);
    const { key } = new Encryption(this, 'Encryption', { config });
    const customer = config.customerKey ? { key } : {};
    const { queue: deadLetters } = new DeadLetters(this, 'DeadLetters', customer);
    const { table } = new Store(this, 'Store', { keep: config.keepTable, ...customer });
    const { topic, keyArn: topicKeyArn } = new Alerts(this, 'Alerts', { config, key, deadLetters });
    const documents = new HostDocuments(this, 'Documents', { config });
    const functions = new Functions(this, 'Functions', {
      config,
      bundles,
      key,
      deadLetters,
      tableName: table.tableName,
      documents: documents.names,
      reach: {
        tableArn: table.tableArn,
        tableKeyArn: customer.key?.keyArn,
        topicArn: topic.topicArn,
        topicKeyArn,
        documentArns: documents.arns,
        workDocumentArns: documents.workArns,
        deadLettersArn: deadLetters.queueArn,
      },
    });
    const { watch, probes } = functions;
    new Triggers(this, 'Triggers', { config, watch: functions.watchVersion, deadLetters });
    const alarms = new Alarms(this, 'Alarms', {
      config,
      watch,
      deadLetters,
      topic,
      ...(config.deadManTopicArn
        ? { secondTopic: Topic.fromTopicArn(this, 'DeadManTopic', config.deadManTopicArn) }
        : {}),
    });
    if (config.dashboard) new Dashboard(this, 'Dashboard', { config, alarms: alarms.all, watch, probes });

    this.#tell('WatchFunction', 'Decides and acts', watch.functionName);
    this.#tell('OperateFunction', 'Takes orders: aws lambda invoke', functions.operate.functionName);
    this.#tell('ReadFunction', 'Answers questions, takes no orders', functions.read.functionName);
    this.#tell(
      'ProbeFunctions',
      'Speak MySQL, one in each vantage',
      probes.map(({ functionName }) => functionName).join(','),
    );
    this.#tell('TopicArn', 'Tells people', topic.topicArn);
    this.#tell('TableName', 'Lease, memory and history', table.tableName);
  }

  /** What the account asks of everything in it. */
  #keepRules({ name, tags, permissionsBoundary }: Config): void {
    for (const [key, value] of Object.entries({ ...tags, keepalambda: name })) Tags.of(this).add(key, value);
    if (permissionsBoundary === undefined) return;
    const boundary = ManagedPolicy.fromManagedPolicyArn(this, 'Boundary', permissionsBoundary);
    PermissionsBoundary.of(this).apply(boundary);
  }

  #tell(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value });
  }
}
