import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from '../core/config/config.ts';
import { type MetricName, metricDimensions, metricNamespace, seriesFor } from '../core/pair/metrics.ts';
import { idOf, prefixOf } from './names.ts';

const minute = Duration.minutes(1);

export interface AlarmsProps {
  readonly config: Config;
  readonly watch: IFunction;
  readonly deadLetters: IQueue;
  readonly topic: ITopic;
  /** Gets the alarms of what may keep `topic` from reaching anybody. */
  readonly secondTopic?: ITopic;
}

interface AlarmText {
  readonly id: string;
  readonly description: string;
  readonly metric: IMetric;
  /** The last periods of the metric that count: minutes, unless the metric says otherwise. */
  readonly periods: number;
  /** It fires when the metric is below 1 in this many of them. @default at or above 1 in each of them */
  readonly below?: number;
  /** Whether it says that nothing, or nobody, may be reached: the second topic gets it too. */
  readonly deaf?: true;
}

/** A metric that the functions publish, by the minute. */
export function metricOf(environment: string, name: MetricName, statistic: string, pair?: string): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName: name,
    dimensionsMap: metricDimensions(environment, pair),
    statistic,
    period: minute,
  });
}

/**
 * What tells people when keepalambda itself cannot. Alarms are the second line: what watch sees, it tells by
 * its own alerts, with an incident and a thing to do. There is none on throttles: a burst of events that finds watch at its limit
 * does no harm while one watch ticks, and throttles that do harm are seen by what they cause: `watch-dead` where none ticks,
 * `probe-blind` where a vantage cannot look, `dead-letters` where a start was given up.
 */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.all = alarmsOf(props).map((text) => this.#make(props, text));
  }

  #make({ config, topic, secondTopic }: AlarmsProps, text: AlarmText): Alarm {
    const below = text.below !== undefined;
    const alarm = new Alarm(this, idOf(text.id), {
      alarmName: `${prefixOf(config.name)}-${text.id}`,
      alarmDescription: text.description,
      metric: text.metric,
      threshold: 1,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: text.periods,
      datapointsToAlarm: text.below ?? text.periods,
      // Before the first point there is nothing to fill, and nobody is alerted; after the last one the state stays.
      treatMissingData: below ? TreatMissingData.IGNORE : TreatMissingData.NOT_BREACHING,
    });
    const topics = text.deaf && secondTopic ? [topic, secondTopic] : [topic];
    alarm.addAlarmAction(...topics.map((each) => new SnsAction(each)));
    alarm.addOkAction(...topics.map((each) => new SnsAction(each)));
    return alarm;
  }
}

/**
 * Heartbeats by the minute, 0 where there were none. CloudWatch fetches more points than it evaluates, and ignores
 * `treatMissingData` while enough of them exist ("How alarm state is evaluated when data is missing"): without `FILL`,
 * the alarm would wait until the last heartbeat has left that range, which takes several minutes more.
 */
function heartbeats(environment: string): MathExpression {
  const beats = metricOf(environment, 'Heartbeat', 'SampleCount');
  return new MathExpression({
    expression: 'FILL(beats, 0)',
    usingMetrics: { beats },
    period: minute,
    label: 'heartbeats a minute',
  });
}

function alarmsOf({ config, watch, deadLetters }: AlarmsProps): AlarmText[] {
  const of = (name: MetricName) => metricOf(config.name, name, 'Maximum');
  return [
    {
      id: 'watch-dead',
      description:
        'No watch has ticked in two of the last three minutes: nobody would fail over now. See the log of watch.',
      metric: heartbeats(config.name),
      periods: 3,
      below: 2,
      deaf: true,
    },
    {
      id: 'watch-errors',
      description: 'watch ended by an error or by its time limit. The next minute starts another.',
      metric: watch.metricErrors({ period: minute, statistic: 'Sum' }),
      periods: 1,
    },
    {
      id: 'probe-blind',
      description:
        'A vantage has not seen anything for three minutes: its function, subnet or security group.',
      metric: of('ProbeBlind'),
      periods: 3,
    },
    {
      id: 'publish-failures',
      description: 'SNS did not take an alert. It waits in the outbox; the log of watch says why.',
      metric: of('PublishFailure'),
      periods: 1,
      deaf: true,
    },
    {
      id: 'nobody-alerted',
      description:
        'Nobody has confirmed a subscription of the topic: SNS takes alerts, and they reach nobody. See `keepalambda check`.',
      // Published each hour, by the examination of each pair.
      metric: metricOf(config.name, 'SubscriptionsConfirmed', 'Minimum').with({ period: Duration.hours(1) }),
      periods: 1,
      below: 1,
      deaf: true,
    },
    {
      id: 'tick-failures',
      description:
        'The state of a pair could not be read or stored for three minutes: nobody would fail over for it.',
      metric: of('TickFailure'),
      periods: 3,
    },
    {
      id: 'dead-letters',
      description:
        'A start of watch, an event or an alert to a subscriber could not be delivered; the queue has it.',
      // What arrives, not what lies there: each new message is alerted, whether or not the queue was emptied.
      metric: deadLetters.metricNumberOfMessagesSent({ period: minute, statistic: 'Sum' }),
      periods: 1,
      deaf: true,
    },
    ...unfitAlarms(config),
  ];
}

/** One alarm for each pair where each has a series of its own, else one for all of them. */
function unfitAlarms({ name, pairs, metrics: detail }: Config): AlarmText[] {
  const of = (pair?: string) => metricOf(name, 'StandbyUnfit', 'Maximum', pair);
  if (seriesFor('StandbyUnfit', detail) === 'environment') {
    const description =
      'The standby of a pair could not take over for three minutes: the alert of that pair, and `keepalambda status`, say which.';
    return [{ id: 'standby-unfit', description, metric: of(), periods: 3 }];
  }
  return pairs.map((pair) => ({
    id: `standby-unfit-${pair.name}`,
    description: `The standby of ${pair.name} could not take over for three minutes: fix it before it is needed.`,
    metric: of(pair.name),
    periods: 3,
  }));
}
