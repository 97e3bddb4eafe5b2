/** The parts of a time that Python writes; the zone may be absent. */
const TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d+)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/;

/** Stands for a time that its source does not have. */
export const UNKNOWN_TIME = new Date(0);

/** Reads times of the older back end: most name no zone, and are in that of its machine. */
export class LocalTime {
  readonly #format: Intl.DateTimeFormat;

  /** @param timezone an IANA name @throws RangeError if there is none such */
  constructor(timezone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** A time as `datetime.isoformat()` writes it, or as a text of a database; null if it is none. */
  parse(text: unknown): Date | null {
    const match = typeof text === 'string' ? TIME.exec(text.trim()) : null;
    if (!match) return null;
    const [, year, month, day, hours, minutes, seconds, fraction, zone] = match;
    const asUtc = new Date(
      `${year}-${month}-${day}T${hours}:${minutes}:${seconds}${(fraction ?? '.').slice(0, 4).padEnd(4, '0')}Z`,
    );
    if (Number.isNaN(asUtc.getTime())) return null;
    return new Date(asUtc.getTime() - (zone === undefined ? this.#offsetOfLocal(asUtc.getTime()) : offsetOf(zone)));
  }

  /**
   * A time of a database. The database's own clock writes whole seconds in UTC (`func.now()` of SQLite); a fraction is the work of
   * the process, which takes the time of its machine.
   */
  parseStored(text: unknown): Date | null {
    if (typeof text !== 'string' || text.includes('.')) return this.parse(text);
    return this.parse(/[Z+]|-\d\d(?::?\d\d)?$/.test(text.slice(19)) ? text : `${text.trim()}Z`);
  }

  /** Milliseconds between UTC and a local time that reads like `asUtc`. Where clocks go back, the earlier of both moments. */
  #offsetOfLocal(asUtc: number): number {
    const before = this.#offsetAt(asUtc - 86_400_000);
    const after = this.#offsetAt(asUtc + 86_400_000);
    const fitting = [before, after].filter((offset) => this.#offsetAt(asUtc - offset) === offset);
    // Where clocks go forward, Python's local times may not exist: they count on with the offset of before.
    return fitting.length > 0 ? Math.max(...fitting) : before;
  }

  #offsetAt(moment: number): number {
    const part = Object.fromEntries(this.#format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(moment / 1000) * 1000;
  }
}

/** Milliseconds. */
function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** The later of two times; null counts as earlier than any. */
export function latest(...times: readonly (Date | null)[]): Date | null {
  return times.reduce((one, other) => (one === null || (other !== null && other > one) ? other : one), null);
}

/** The earlier of two times; null does not count. */
export function earliest(...times: readonly (Date | null)[]): Date | null {
  return times.reduce((one, other) => (one === null || (other !== null && other < one) ? other : one), null);
}
