/**
 * The provider as the pipeline sees it: OpenAI, or a server that speaks its API. One implementation is enough
 * (`openai.ts`); the port exists so that nothing else imports the client.
 */

/** A batch at the provider; every field but the first three may be missing there. */
export interface RemoteBatch {
  readonly id: string;
  readonly status: string;
  /** Epoch milliseconds by the provider's clock. */
  readonly createdAt: number;
  readonly inputFileId: string | null;
  /** Null, missing and "" all mean that there is none. */
  readonly outputFileId: string | null;
  readonly errorFileId: string | null;
  readonly counts: {
    readonly total: number | null;
    readonly completed: number | null;
    readonly failed: number | null;
  };
  readonly errors: readonly RemoteBatchError[];
  readonly metadata: Readonly<Record<string, string>>;
}

export interface RemoteBatchError {
  readonly code: string | null;
  readonly message: string;
  /** 1-based line of the input file. */
  readonly line: number | null;
  readonly param: string | null;
}

export interface RemoteFile {
  readonly id: string;
  readonly bytes: number | null;
  readonly filename: string | null;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly expiresAt: number | null;
}

export interface UploadInput {
  readonly filename: string;
  /** Exactly this many bytes follow. */
  readonly bytes: number;
  readonly content: AsyncIterable<Uint8Array>;
  /** Seconds after which the provider may drop it. */
  readonly expiresAfterS: number;
}

export interface Provider {
  /** Short fingerprint of URL, key, organization and project: files and batches belong to it. */
  readonly credentials: string;
  /** One cheap call; throws ProviderError of kind `auth` when the key is refused. */
  checkKey(signal?: AbortSignal): Promise<void>;
  uploadFile(input: UploadInput, signal?: AbortSignal): Promise<RemoteFile>;
  /** Newest first; stops when the caller stops iterating. */
  listFiles(signal?: AbortSignal): AsyncIterable<RemoteFile>;
  deleteFile(id: string, signal?: AbortSignal): Promise<void>;
  /** Raw bytes of a file; throws `not_found` when it is gone. */
  downloadFile(id: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Never retried by itself: the caller owns the question whether it happened. */
  createBatch(
    input: {
      readonly inputFileId: string;
      readonly endpoint: string;
      readonly metadata: Readonly<Record<string, string>>;
    },
    signal?: AbortSignal,
  ): Promise<RemoteBatch>;
  getBatch(id: string, signal?: AbortSignal): Promise<RemoteBatch>;
  /** Newest first; stops when the caller stops iterating. */
  listBatches(signal?: AbortSignal): AsyncIterable<RemoteBatch>;
  cancelBatch(id: string, signal?: AbortSignal): Promise<RemoteBatch>;
}
