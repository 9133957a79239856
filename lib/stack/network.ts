import { Annotations } from 'aws-cdk-lib';
import {
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  SecurityGroup,
  Subnet,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { FunctionOptions } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Config } from '../core/config/config.ts';
import type { Vantage } from '../core/names.ts';

export interface NetworkProps {
  readonly config: Config;
}

/** Where a function is, in the words of Lambda. */
export type Place = Pick<FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'>;

/** The VPC, subnets and security groups that are there already, by their ids: nothing is looked up or made. */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly #config: Config;
  readonly #subnets: ReadonlyMap<string, ISubnet>;
  readonly #groups: ReadonlyMap<string, ISecurityGroup>;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { config } = props;
    this.#config = config;
    const inside = config.insideVpc ?? { subnets: [], securityGroups: [] };
    const subnets = [...new Set([...config.vantages, ...inside.subnets])].flatMap((name) => {
      const subnet = config.subnets[name];
      return subnet ? [{ name, subnet }] : [];
    });
    this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: config.vpcId,
      availabilityZones: [...new Set(subnets.map(({ subnet }) => subnet.availabilityZone))],
    });
    this.#subnets = new Map(
      subnets.map(({ name, subnet: { subnetId, availabilityZone } }) => [
        name,
        this.#import(name, subnetId, availabilityZone),
      ]),
    );
    const groups = [...new Set([...config.probeSecurityGroups, ...inside.securityGroups])];
    this.#groups = new Map(
      groups.map((group) => [
        group,
        SecurityGroup.fromSecurityGroupId(this, group, group, { mutable: false }),
      ]),
    );
  }

  /** Where the vantage's probe is. */
  placeOfProbe(vantage: Vantage): Place {
    return this.#place([vantage], this.#config.probeSecurityGroups);
  }

  /** Where watch, operate and read are; empty outside the VPC. */
  get placeOfActors(): Place {
    const { insideVpc } = this.#config;
    return insideVpc ? this.#place(insideVpc.subnets, insideVpc.securityGroups) : {};
  }

  #place(subnets: readonly string[], groups: readonly string[]): Place {
    return {
      vpc: this.vpc,
      vpcSubnets: { subnets: subnets.map((name) => known(this.#subnets, name)) },
      securityGroups: groups.map((group) => known(this.#groups, group)),
    };
  }

  #import(name: string, subnetId: string, availabilityZone: string): ISubnet {
    const subnet = Subnet.fromSubnetAttributes(this, `Subnet-${name}`, { subnetId, availabilityZone });
    Annotations.of(subnet).acknowledgeWarning(
      '@aws-cdk/aws-ec2:noSubnetRouteTableId',
      'Nothing is routed here: the subnet only says where a function is.',
    );
    return subnet;
  }
}

function known<T>(things: ReadonlyMap<string, T>, name: string): T {
  const found = things.get(name);
  if (!found) throw new Error(`nothing is known of ${name}: parseConfig should have said so`);
  return found;
}
