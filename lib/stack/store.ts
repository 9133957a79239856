import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';

export interface StoreProps {
  /** Whether the table survives the stack. */
  readonly keep: boolean;
}

/**
 * The table with the lease, the memory of each pair, its history and waiting orders. Its name is made by
 * CloudFormation (`keepalambda-prod-Store…`), so that a kept table is not in the way of a new stack.
 */
export class Store extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: StoreProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // AWS's own key for DynamoDB: audited, and nobody in the account can disable it.
      encryption: TableEncryption.AWS_MANAGED,
      deletionProtection: props.keep,
      removalPolicy: props.keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
