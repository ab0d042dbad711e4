/** Whatever knows how many entries it holds: a Map, a Set, a cache of ours. */
export interface Sized {
  readonly size: number;
}

const watched = new Map<string, Set<WeakRef<Sized>>>();

/** Lets the metrics tell this cache's size; it is forgotten when its owner forgets it. */
export function watchSize(name: string, cache: Sized): void {
  const caches = watched.get(name) ?? new Set();
  caches.add(new WeakRef(cache));
  watched.set(name, caches);
}

/** The entries of all caches of a name together, by name. */
export function watchedSizes(): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const [name, caches] of watched) {
    let size = 0;
    for (const reference of caches) {
      const cache = reference.deref();
      if (cache) size += cache.size;
      else caches.delete(reference);
    }
    sizes.set(name, size);
  }
  return sizes;
}
