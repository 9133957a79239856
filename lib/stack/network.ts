import { Annotations } from 'aws-cdk-lib';
import {
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  SecurityGroup,
  Subnet,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { Config } from '../core/config.ts';
import type { Vantage } from '../core/names.ts';

export interface NetworkProps {
  readonly config: Config;
}

/** The VPC, subnets and security groups that are there already, by their ids: nothing is looked up or made. */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly securityGroups: ISecurityGroup[];
  readonly #subnets: ReadonlyMap<Vantage, ISubnet>;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { config } = props;
    const vantages = config.vantages.flatMap((vantage) => {
      const subnet = config.subnets[vantage];
      return subnet ? [{ vantage, subnet }] : [];
    });
    this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: config.vpcId,
      availabilityZones: [...new Set(vantages.map(({ subnet }) => subnet.availabilityZone))],
    });
    this.#subnets = new Map(
      vantages.map(({ vantage, subnet: { subnetId, availabilityZone } }) => [
        vantage,
        this.#import(vantage, subnetId, availabilityZone),
      ]),
    );
    this.securityGroups = config.probeSecurityGroups.map((group) =>
      SecurityGroup.fromSecurityGroupId(this, group, group, { mutable: false }),
    );
  }

  /** The subnet from which the vantage's probe looks. Throws for a vantage that the environment does not have. */
  subnetOf(vantage: Vantage): ISubnet {
    const subnet = this.#subnets.get(vantage);
    if (!subnet) throw new Error(`no subnet for vantage ${vantage}: parseConfig should have said so`);
    return subnet;
  }

  #import(vantage: Vantage, subnetId: string, availabilityZone: string): ISubnet {
    const subnet = Subnet.fromSubnetAttributes(this, `Subnet-${vantage}`, { subnetId, availabilityZone });
    Annotations.of(subnet).acknowledgeWarning(
      '@aws-cdk/aws-ec2:noSubnetRouteTableId',
      'Nothing is routed here: the subnet only says where a probe looks from.',
    );
    return subnet;
  }
}
