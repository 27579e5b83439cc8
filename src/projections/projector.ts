import type { Position } from '../log/position.ts'

/** How a projector is doing. `stopped` is final: an event it can't read; nothing behind it is shown. */
export type ProjectorHealth =
  | { readonly status: 'catching-up' | 'live'; readonly position: Position }
  | { readonly status: 'retrying'; readonly position: Position; readonly fault: string; readonly attempt: number }
  | { readonly status: 'stopped'; readonly position: Position; readonly fault: string }

export type Projector = {
  readonly health: () => ProjectorHealth
  /** Resolves true once the read model has reached a position, false when `timeoutMs` ran out. */
  readonly reached: (position: Position, timeoutMs: number) => Promise<boolean>
  readonly stop: () => Promise<void>
}
