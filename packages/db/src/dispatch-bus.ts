/**
 * Tells whoever serves agents that there may be work: "look again", never what the work is. Postgres stays the queue of
 * record, so an announcement may be lost or doubled without harm. Seam for other drivers (NATS); keep it this small.
 */
export interface DispatchBus {
  /** One call per capture created or cancelled and per question to a host; never per heartbeat, chunk or progress. */
  announce: (id: string) => Promise<void>
  /** Calls `look` after each announcement, and whenever some may have been missed. */
  subscribe: (look: () => void) => { close: () => Promise<void> }
}
