/** `path.join`, as far as the bundled contexts need it. */
export const join = (...parts: readonly string[]): string =>
  parts.filter((part) => part !== undefined).join('/')
