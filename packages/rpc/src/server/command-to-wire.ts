import type { Command, ToAgent } from '../gen/agent/v1/agent.ts';
import type { CommandAction } from '../wire/terms.ts';

/** A command as the message that carries it. */
export function commandToWire(id: string, action: CommandAction, timeoutMs: number): ToAgent {
  return { body: { $case: 'command', value: { id, timeoutMs, action: actionToWire(action) } } };
}

function actionToWire({ kind, ...value }: CommandAction): Command['action'] {
  return { $case: kind, value } as Command['action'];
}
