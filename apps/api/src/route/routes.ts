import type { ApiContext } from '../context.ts';
import type { Api } from '../http/server.ts';
import { addAccountRoutes } from './accounts.ts';
import { addAgentRoutes } from './agents.ts';
import { addAlertSinkRoutes } from './alert-sinks.ts';
import { addAuditRoutes } from './audit.ts';
import { addDeadAlertRoutes } from './dead-alerts.ts';
import { addEventRoutes } from './events.ts';
import { addFlowRoutes } from './flows.ts';
import { addGroupRoutes } from './groups.ts';
import { addImageChangeRoutes } from './image-changes.ts';
import { addImageRoutes } from './images.ts';
import { addIncidentRoutes } from './incidents.ts';
import { addNodeFileRoutes } from './node-files.ts';
import { addOidcRoutes } from './oidc.ts';
import { addPolicyRoutes } from './policies.ts';
import { addRegistryRoutes } from './registries.ts';
import { addResponseRuleRoutes } from './response-rules.ts';
import { addScanRequestRoutes } from './scan-requests.ts';
import { addScanRoutes } from './scans.ts';
import { addSessionRoutes } from './session.ts';
import { addTokenRoutes } from './tokens.ts';
import { addWorkloadRoutes } from './workloads.ts';

/** Every route of the api. */
export function addRoutes(app: Api, context: ApiContext): void {
  addSessionRoutes(app, context);
  addOidcRoutes(app, context);
  addAccountRoutes(app, context);
  addTokenRoutes(app, context);
  addAuditRoutes(app, context);
  addPolicyRoutes(app, context);
  addGroupRoutes(app, context);
  addResponseRuleRoutes(app, context);
  addWorkloadRoutes(app, context);
  addEventRoutes(app, context);
  addNodeFileRoutes(app, context);
  addScanRoutes(app, context);
  addFlowRoutes(app, context);
  addIncidentRoutes(app, context);
  addAlertSinkRoutes(app, context);
  addDeadAlertRoutes(app, context);
  addAgentRoutes(app, context);
  addRegistryRoutes(app, context);
  addImageRoutes(app, context);
  addImageChangeRoutes(app, context);
  addScanRequestRoutes(app, context);
}
