/**
 * For those who have a CDK app of their own:
 *
 * @example
 * const config = configOf({ name: 'prod', region: 'eu-central-1', … });
 * new KeepalambdaStack(app, 'keepalambda', { config });
 */
export { type Config, defineEnvironment, type EnvironmentInput } from './lib/core/config/config.ts';
export { configOf } from './lib/stack/environments.ts';
export { KeepalambdaStack, type KeepalambdaStackProps } from './lib/stack/keepalambda-stack.ts';
