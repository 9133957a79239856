import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Config, Pair } from '../core/config/config.ts';
import { metricOf } from './alarms.ts';
import { limits } from './limits.ts';
import { prefixOf } from './names.ts';

export interface DashboardProps {
  readonly config: Config;
  readonly alarms: readonly Alarm[];
  readonly watch: IFunction;
  readonly probes: readonly IFunction[];
}

/** A page with a row for each pair (holder, lag, fitness, outages), or one for all of them, and one for the functions. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { config } = props;
    new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: prefixOf(config.name),
      defaultInterval: Duration.hours(3),
      widgets: [...alarmRows(props.alarms), ...pairRows(config), functionRow(props)],
    });
  }
}

/** As many alarms in a widget as CloudWatch shows in one. */
function alarmRows(alarms: readonly Alarm[]): IWidget[][] {
  const { most } = limits.widgetAlarms;
  const rows = Math.ceil(alarms.length / most);
  return Array.from({ length: rows }, (_, index) => [
    new AlarmStatusWidget({
      title: index === 0 ? 'Alarms' : `Alarms ${index + 1}`,
      alarms: alarms.slice(index * most, (index + 1) * most),
      width: 24,
      height: 3,
    }),
  ]);
}

/** A row for each pair where each has series of its own, else one row of what all pairs have in common. */
function pairRows({ name, pairs, metrics: detail }: Config): IWidget[][] {
  if (detail === 'pair') return pairs.map((pair) => pairRow(name, pair));
  const graph = (title: string, label: string, metric: IMetric) =>
    new GraphWidget({ title, left: [metric], leftYAxis: { min: 0, label, showUnits: false }, width: 12 });
  return [
    [
      graph('Unfit standbys', '1 at least one', metricOf(name, 'StandbyUnfit', 'Maximum')),
      graph('Outages', 'milliseconds', metricOf(name, 'OutageMs', 'Maximum')),
    ],
  ];
}

function pairRow(environment: string, pair: Pair): IWidget[] {
  const [first, second] = pair.nodes;
  const graph = (title: string, label: string, metric: IMetric) =>
    new GraphWidget({ title, left: [metric], leftYAxis: { min: 0, label, showUnits: false }, width: 6 });
  return [
    graph(
      `${pair.name}: holder`,
      `0 ${first.name}, 1 ${second.name}`,
      metricOf(environment, 'Holder', 'Maximum', pair.name),
    ),
    graph(`${pair.name}: lag`, 'seconds', metricOf(environment, 'LagSeconds', 'Maximum', pair.name)),
    graph(
      `${pair.name}: standby unfit`,
      '1 unfit',
      metricOf(environment, 'StandbyUnfit', 'Maximum', pair.name),
    ),
    graph(`${pair.name}: outages`, 'milliseconds', metricOf(environment, 'OutageMs', 'Maximum', pair.name)),
  ];
}

function functionRow({ config, watch, probes }: DashboardProps): IWidget[] {
  const period = Duration.minutes(1);
  const graph = (title: string, left: IMetric[]) =>
    new GraphWidget({ title, left, leftYAxis: { min: 0, showUnits: false }, width: 6 });
  return [
    graph('Heartbeats of watch a minute', [metricOf(config.name, 'Heartbeat', 'SampleCount')]),
    graph('Blind vantages', [metricOf(config.name, 'ProbeBlind', 'Maximum')]),
    graph(
      'Errors of functions',
      [watch, ...probes].map((each) => each.metricErrors({ period, label: each.functionName })),
    ),
    graph('Duration of probes, milliseconds', [
      ...probes.map((probe) => probe.metricDuration({ period, statistic: 'Maximum' })),
    ]),
  ];
}
