/** EC2 as the wire has it: which action, what it checks, what it answers. */
import type { InstanceState } from '../../lib/core/evidence/sighting.ts';
import { ApiError, type Service, unknownAction } from './api.ts';
import { assign, unassign } from './ec2-addresses.ts';
import {
  describeEnis,
  describeInstances,
  describeInstanceTypes,
  describeSubnets,
  stateOf,
} from './ec2-describe.ts';
import { describeGroups, getReservations } from './ec2-network.ts';
import type { Ec2World } from './ec2-world.ts';
import { ec2Answer, ec2Error, Form } from './query.ts';

type Content = Readonly<Record<string, unknown>>;
type Action = (world: Ec2World, form: Form) => Content;

const actions: Readonly<Record<string, Action>> = {
  AssignPrivateIpAddresses: assign,
  UnassignPrivateIpAddresses: unassign,
  DescribeNetworkInterfaces: describeEnis,
  DescribeInstances: describeInstances,
  DescribeInstanceTypes: describeInstanceTypes,
  DescribeSubnets: describeSubnets,
  DescribeSecurityGroups: describeGroups,
  GetSubnetCidrReservations: getReservations,
  ModifyNetworkInterfaceAttribute: modifyEni,
  StopInstances: stop,
  StartInstances: start,
  RebootInstances: reboot,
};

/** These two have no DryRun, in AWS as here. */
const withoutDryRun = ['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses'];

/** The EC2 service over a world. */
export function createEc2(world: Ec2World): Service {
  return {
    name: 'ec2',
    actionOf: (request) => new Form(request).text('Action') ?? '',
    async handle(action, request) {
      const run = actions[action];
      if (!run) throw unknownAction('ec2', action);
      const form = new Form(request);
      if (form.flag('DryRun') && !withoutDryRun.includes(action))
        throw new ApiError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
      return ec2Answer(action, run(world, form));
    },
    renderError: ec2Error,
    throttled: new ApiError('RequestLimitExceeded', 'Request limit exceeded.', 503),
    denied: (why) =>
      new ApiError('UnauthorizedOperation', `You are not authorized to perform this operation. ${why}`, 403),
  };
}

function modifyEni(world: Ec2World, form: Form): Content {
  const id = form.text('NetworkInterfaceId') ?? '';
  if (!world.eni(id))
    throw new ApiError(
      'InvalidNetworkInterfaceID.NotFound',
      `The networkInterface ID '${id}' does not exist`,
    );
  const groups = form.list('SecurityGroupId');
  if (groups.length === 0)
    throw new ApiError('MissingParameter', 'The lab changes groups only: give at least one SecurityGroupId');
  world.setGroups(id, groups);
  return { return: true };
}

function stop(world: Ec2World, form: Form): Content {
  const force = form.flag('Force') || form.flag('SkipOsShutdown');
  return changeStates(world, form, ['pending', 'running', 'stopping', 'stopped'], 'stopped', (id, state) => {
    // A forced stop of an instance that hangs in its shutdown pulls the plug; an unforced one adds nothing.
    if (state === 'stopped' || (state === 'stopping' && !force)) return;
    world.passThrough(id, 'stopping', 'stopped', force);
  });
}

function start(world: Ec2World, form: Form): Content {
  return changeStates(world, form, ['stopped', 'pending', 'running'], 'started', (id, state) => {
    if (state === 'stopped') world.passThrough(id, 'pending', 'running');
  });
}

function reboot(world: Ec2World, form: Form): Content {
  changeStates(world, form, ['running'], 'rebooted', (id) => world.reboot(id));
  return { return: true };
}

function changeStates(
  world: Ec2World,
  form: Form,
  from: readonly InstanceState[],
  verb: string,
  change: (id: string, state: InstanceState) => void,
): Content {
  const ids = form.list('InstanceId');
  const before = ids.map((id) => knownState(world, id));
  before.forEach((state, index) => {
    if (!from.includes(state))
      throw new ApiError(
        'IncorrectInstanceState',
        `The instance '${ids[index]}' is not in a state from which it can be ${verb}.`,
      );
  });
  const item = ids.map((instanceId, index) => {
    const previous = before[index] ?? 'unknown';
    change(instanceId, previous);
    const current = world.effective.instances[instanceId] ?? 'unknown';
    return { instanceId, currentState: stateOf(current), previousState: stateOf(previous) };
  });
  return { instancesSet: { item } };
}

function knownState(world: Ec2World, id: string): InstanceState {
  const state = world.accepted.instances[id];
  if (!state) throw new ApiError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
  return state;
}
