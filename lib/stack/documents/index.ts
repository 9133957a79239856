/** Our SSM documents, by the names that watch knows them by. No CDK here: the lab reads them too. */
import type { HostDocument } from '../../core/hosts/host-document.ts';
import { endChannel, forgetHistory, makeAccount, proofDatabase, removeAccount } from './accounts.ts';
import { bindVip, unbindVip } from './address.ts';
import { countTransactions } from './binary-log.ts';
import { removeConfiguration, writeConfiguration } from './configuration.ts';
import type { Document } from './document.ts';
import { hostFacts } from './facts.ts';
import { plannedReboot, plannedRestart, serverStart } from './planned.ts';
import { restartKeepalived, restartMysqld } from './restart.ts';
import { seedDoor, seedFacts, seedPlace, seedPrepare } from './seed.ts';
import { seedCopy } from './seed-copy.ts';
import { dropVip, keepVip } from './vip-unit.ts';

export const documents: Readonly<Record<HostDocument, Document>> = {
  'restart-mysqld': restartMysqld,
  'restart-keepalived': restartKeepalived,
  'bind-vip': bindVip,
  'unbind-vip': unbindVip,
  'host-facts': hostFacts,
  'count-transactions': countTransactions,
  'seed-facts': seedFacts,
  'seed-prepare': seedPrepare,
  'seed-door': seedDoor,
  'seed-copy': seedCopy,
  'seed-place': seedPlace,
  'server-start': serverStart,
  'planned-restart': plannedRestart,
  'planned-reboot': plannedReboot,
  'write-configuration': writeConfiguration,
  'remove-configuration': removeConfiguration,
  'make-account': makeAccount,
  'remove-account': removeAccount,
  'end-channel': endChannel,
  'forget-history': forgetHistory,
  'proof-database': proofDatabase,
  'keep-vip': keepVip,
  'drop-vip': dropVip,
};
