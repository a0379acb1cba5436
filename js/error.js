/**
 * What went wrong, as one word:
 *
 * - `load`: the wasm could not be fetched or started
 * - `shape`: two sizes that must agree do not
 * - `length`: too few or too many values for the size that was given
 * - `label`: a label that is not one of the classes
 * - `domain`: a value outside what its form allows, such as a probability of 255
 * - `option`: an unknown option, a bad value of one, or two that exclude each other
 * - `value`: NaN or infinite input
 * - `loss`: no loss or metric of that name
 * - `memory`: more memory than there is, or than is allowed
 * - `aborted`: the caller's signal fired
 * - `internal`: a bug of ours
 *
 * @typedef {'load' | 'shape' | 'length' | 'label' | 'domain' | 'option' | 'value' | 'loss' | 'memory' | 'aborted' | 'internal'} ErrorCode
 */

/**
 * MasklossError is the only error this package throws on purpose. `code` is for programs, `message` for people: it names
 * the field, the value found and the rule, such as `png: width is 0, must be at least 1`.
 */
export class MasklossError extends Error {
  /**
   * @param {ErrorCode} code what kind of mistake
   * @param {string} field which input or option; '' where no single one is to blame
   * @param {string} message field, value and rule in one sentence
   * @param {{cause?: unknown}} [more] the error this one explains
   */
  constructor(code, field, message, more) {
    super(message, more);
    this.name = 'MasklossError';
    /** @type {ErrorCode} */
    this.code = code;
    /** @type {string} */
    this.field = field;
  }

  /**
   * An error of another file of the package is one too: as published, each is whole and has this class for itself.
   *
   * @override
   * @param {unknown} error
   * @returns {error is MasklossError}
   */
  static [Symbol.hasInstance](error) {
    return error instanceof Error && error.name === 'MasklossError';
  }
}
