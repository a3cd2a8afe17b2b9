export { Alert, testAlert } from './alert.ts';
export { AlertFilter, passes } from './filter.ts';
export { alertmanagerAlerts } from './format/alertmanager.ts';
export { alertMail, type Mail } from './format/mail.ts';
export { MAX_SLACK_ALERTS, slackMessage } from './format/slack.ts';
export { SYSLOG_FORMATS, type SyslogOptions, type SyslogSpeaker, syslogMessage } from './format/syslog.ts';
export { isSigned, signatureOf, WEBHOOK_FORMATS, type WebhookFormat, webhookBody } from './format/webhook.ts';
export { line } from './line.ts';
export {
  type AlertCount,
  type AlertOutbox,
  type DeadAlert,
  MAX_WAITING,
  type RaiseOutcome,
  type RaiseRequest,
  type WaitingAlert,
} from './outbox.ts';
export { MAX_TRIES, retryDelayMs } from './retry.ts';
