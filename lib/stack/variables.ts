import type { Config } from '../core/config/config.ts';
import { metricNamespace } from '../core/pair/metrics.ts';

/** The environment variables that every function has. */
export function variablesOf(config: Config): Record<string, string> {
  return {
    KEEPALAMBDA_ENVIRONMENT: config.name,
    POWERTOOLS_SERVICE_NAME: 'keepalambda',
    POWERTOOLS_METRICS_NAMESPACE: metricNamespace,
    POWERTOOLS_LOG_LEVEL: 'INFO',
  };
}
