/** What is done with a feed at the moment. Told often; whoever shows it decides how often that is done. */
export interface FeedProgress {
  /** The ecosystem or catalogue. */
  readonly source: string;
  readonly step: 'fetching' | 'reading' | 'sorting' | 'checking';
  /** How much of it is done, where that is known; of archives bytes are fetched and records are read. */
  readonly done?: number;
  readonly total?: number;
  readonly unit?: 'bytes' | 'records';
}

export type OnProgress = ((progress: FeedProgress) => void) | undefined;

/** Tells how many bytes of a source have been fetched. */
export function fetching(source: string, onProgress: OnProgress): OnBytes {
  if (onProgress === undefined) return undefined;
  onProgress({ source, step: 'fetching' });
  return (done, total) =>
    onProgress({ source, step: 'fetching', done, ...(total !== undefined && { total }), unit: 'bytes' });
}

/** Told how many bytes have come so far, and of how many where the server says so. */
export type OnBytes = ((bytes: number, total: number | undefined) => void) | undefined;
