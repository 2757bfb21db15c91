/**
 * What became of one request, in JMeter's words (SampleResult); times are milliseconds, with fractions where the engine has
 * them. One object each, filled while the request runs and not kept afterwards.
 */
export interface Sample {
  label: string;
  /** When it began, since 1970. */
  start: number;
  /** When it should have begun, in an open model; absent elsewhere, where there is no such moment. */
  intended?: number | undefined;
  /** From its beginning to the end of its answer. */
  elapsed: number;
  /** To the first byte of the answer, the connecting included. */
  latency: number;
  connect: number;
  /** Spent in a transaction without being a request's. */
  idle: number;
  /** The status, or `Non HTTP response code: java.net.ConnectException` as JMeter says it. */
  code: string;
  message: string;
  success: boolean;
  /** The connection was lost after the request was sent and before its answer had come: it may have been carried out. */
  unknown: boolean;
  /** What the first assertion that failed says; empty where none did. */
  failure: string;
  /** Each assertion that failed, for the XML log. */
  assertions: AssertionResult[];
  /** Headers and body of the answer, as they came. */
  received: number;
  sent: number;
  url: string;
  type: 'text' | 'bin' | '';
  encoding: string;
  thread: string;
  groupThreads: number;
  allThreads: number;
  /** The instance that answered, where the balancer says it. */
  server: string;
  /** Redirects, embedded resources, and the samples of a transaction. */
  children: Sample[];
  /** Of a transaction: its requests have samples of their own, as far as they made any. A log does not tell. */
  beside?: true;
  /** Of the answer; kept only while extractors and assertions look at it. */
  response: Response | undefined;
}

export interface Response {
  /** `HTTP/1.1 200 OK` and the headers, a line each. */
  readonly headers: string;
  readonly requestHeaders: string;
  /** The decoded body (after gzip and the like). */
  readonly body: Buffer;
  /** The body as text by its charset; computed when first asked for. */
  text(): string;
}

export interface AssertionResult {
  readonly name: string;
  /** The answer does not hold what it should. */
  readonly failure: boolean;
  /** The assertion itself could not be made. */
  readonly error: boolean;
  readonly message: string;
}

/** Who is told of samples: once each, when it is complete; those that belong to another come as its children only. */
export interface SampleSink {
  sample(sample: Sample): void;
}
