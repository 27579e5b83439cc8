/** What the command line ends with. The numbers from 64 on are those of sysexits.h. */
export const EXIT = {
  ok: 0,
  /** Something that no other code names. */
  failed: 1,
  usage: 2,
  /** `verify`: the certificate is known and not valid on the day asked about. */
  notValid: 10,
  /** `verify`, `history`: no such certificate. `erase`: no such person. */
  unknown: 11,
  /** `check`: something is not as it should be. */
  unsound: 12,
  /** `audit`: something was altered or left out, or is not signed as it should be. */
  altered: 13,
  /** `verify FILE`: nothing speaks against it, and something that must be checked could not be. */
  unconfirmed: 14,
  /** The input can't be recorded as it is; nothing was. */
  badInput: 65,
  /** The log, the personal store or a file can't be used now. */
  unavailable: 69,
  /** `import`: stopped by Ctrl-C or SIGTERM; what was recorded stands, and a second run records the rest. */
  interrupted: 130,
} as const

export const EXIT_HELP = `Exit codes:
  0   done (verify: valid)          10  verify: not valid on that day
  1   failed                        11  no such certificate or person
  2   wrong usage                   12  check: something is not sound
  65  bad input, nothing recorded   13  audit: something was altered or left out
                                    14  verify: could not be confirmed
  69  the data folder can't be used now (another server, a full disk)
  130 stopped before it was done (import: run it again, it records the rest)`

/** An end with a code and a line for the person at the terminal. */
export class ExitError extends Error {
  override readonly name = 'ExitError'
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}
