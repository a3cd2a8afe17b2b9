import { ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';

/** Tells of messages that gRPC itself refuses, since they are too long as they come or unpacked: no handler hears of them. */
export function tellRefusedMessages(onRefused: (peer: string, problem: string) => void): ServerInterceptor {
  return (_, call) => {
    const send = call.sendStatus.bind(call);
    call.sendStatus = (end) => {
      if (end.code === status.RESOURCE_EXHAUSTED) onRefused(call.getPeer(), end.details);
      send(end);
    };
    return new ServerInterceptingCall(call);
  };
}
