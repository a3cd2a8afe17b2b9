/** Something for an agent that is connected to another process than the one that was asked. */
export interface AgentRequest {
  readonly id: string;
  /** The process that reaches the agent. */
  readonly replica: string;
  readonly agent: string;
  /** JSON, which the processes understand. */
  readonly document: string;
  readonly askedAt: string;
}

/** What processes of the control plane have each other do. A request is done once, or not at all. */
export interface AgentRequests {
  ask(request: AgentRequest): Promise<void>;
  /** Takes requests for a process, the oldest first: nobody gets them again. */
  take(replica: string, limit: number): Promise<readonly AgentRequest[]>;
  answer(id: string, answer: string): Promise<void>;
  /** The answer to a request, which is forgotten with it. `gone` when nobody knows the request any more, such as that of a process that is gone. */
  collect(id: string): Promise<{ readonly answer: string } | 'waiting' | 'gone'>;
  /** Forgets a request. `withdrawn` means that nobody has taken it, and that nobody will. */
  withdraw(id: string): Promise<'withdrawn' | 'taken'>;
  /** Forgets requests from before; gives how many. */
  prune(before: string): Promise<number>;
}
