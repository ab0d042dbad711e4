/** Something that is read before it is waited for: if nobody comes to wait, its failure is nobody's. */
export function readAhead<T>(reading: Promise<T>): Promise<T> {
  reading.catch(() => undefined);
  return reading;
}
