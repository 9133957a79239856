/** Who asks, where, and what the CDK needs there. */
import type { Rule } from './rule.ts';

/** The oldest bootstrap stack that the CDK's templates accept. */
const LEAST_BOOTSTRAP_VERSION = 6;

export const wrongAccount: Rule = {
  id: 'wrong-account',
  severity: 'danger',
  why: 'the credentials belong to another account: nothing else was checked',
  differences: (config, { account }) => {
    if (config.account === undefined || account === null || account === config.account) return [];
    return [
      {
        subject: config.name,
        got: `credentials of account ${account}`,
        want: `account ${config.account}`,
        fix: 'choose the profile of that account: export AWS_PROFILE=…; aws sts get-caller-identity',
      },
    ];
  },
};

export const accountRules: readonly Rule[] = [
  {
    id: 'not-bootstrapped',
    severity: 'danger',
    why: 'cdk deploy needs the bootstrap stack, for the code of the functions and the roles of the deployment',
    differences: (config, { bootstrapVersion, account }) => {
      if (bootstrapVersion === null) return [];
      const { version } = bootstrapVersion;
      if (version !== null && version >= LEAST_BOOTSTRAP_VERSION) return [];
      return [
        {
          subject: config.name,
          got: version === null ? `no bootstrap stack in ${config.region}` : `its version ${version}`,
          want: `version ${LEAST_BOOTSTRAP_VERSION} or later`,
          fix: `npx cdk bootstrap aws://${config.account ?? account ?? 'ACCOUNT'}/${config.region}`,
        },
      ];
    },
  },
  {
    id: 'other-region',
    severity: 'hint',
    why: 'commands without --region go to the region of the shell',
    differences: (config, { shellRegion }) => {
      if (shellRegion === config.region) return [];
      return [
        {
          subject: config.name,
          got: shellRegion === null ? 'no region in the shell or the profile' : `the region ${shellRegion}`,
          want: config.region,
          fix: `export AWS_REGION=${config.region}`,
        },
      ];
    },
  },
  {
    id: 'not-read',
    severity: 'warning',
    why: 'what depends on this answer was not checked',
    differences: (_config, { unread }) =>
      unread.map(({ call, because }) => ({
        subject: call,
        got: because,
        want: 'an answer',
        fix: `allow ${call} for your credentials (the policy ReadOnlyAccess has it), or ask somebody who may`,
      })),
  },
];
