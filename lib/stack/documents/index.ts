/** Our SSM documents, by the names that watch knows them by. No CDK here: the lab reads them too. */
import type { HostDocument } from '../../core/host-document.ts';
import { bindVip, unbindVip } from './address.ts';
import type { Document } from './document.ts';
import { hostFacts } from './facts.ts';
import { plannedRestart, serverStart } from './planned.ts';
import { restartKeepalived, restartMysqld } from './restart.ts';

export const documents: Readonly<Record<HostDocument, Document>> = {
  'restart-mysqld': restartMysqld,
  'restart-keepalived': restartKeepalived,
  'bind-vip': bindVip,
  'unbind-vip': unbindVip,
  'host-facts': hostFacts,
  'server-start': serverStart,
  'planned-restart': plannedRestart,
};
