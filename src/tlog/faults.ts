/** A fault of the transparency log whose message may be shown to anybody: it names no file and quotes nothing. */
export class TransparencyFault extends Error {
  override readonly name: string = 'TransparencyFault'
}

/** The tree contradicts a checkpoint that this log signed or saw. Nothing is signed any more until a person has looked. */
export class InconsistentTreeError extends TransparencyFault {
  override readonly name = 'InconsistentTreeError'
}
