import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../watch/ports/ports.ts';

/**
 * Structured lines of JSON on standard output, as CloudWatch Logs takes them. `POWERTOOLS_LOG_LEVEL` sets the
 * level. Every line carries the environment and the function.
 */
export function createLog(environment: string, functionName: string): Log {
  const logger = new Logger({
    serviceName: 'keepalambda',
    persistentKeys: { environment, function: functionName },
  });
  return {
    info: (message, fields) => logger.info(message, { ...fields }),
    warn: (message, fields) => logger.warn(message, { ...fields }),
    error: (message, fields) => logger.error(message, { ...fields }),
  };
}
