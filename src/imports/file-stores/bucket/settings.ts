export interface BucketSettings {
  bucket: string;
  /** Begins the names of all objects of this store; empty, or ends with a slash. */
  prefix: string;
  region: string;
  /** URL of an S3-compatible service; undefined = Amazon S3. */
  endpoint: string | undefined;
  access_key_id: string;
  secret_access_key: string;
  session_token: string | undefined;
}

/** The name of the store in messages. It contains no credentials. */
export const bucketLocation = ({ bucket, prefix }: Pick<BucketSettings, "bucket" | "prefix">): string =>
  `s3://${bucket}/${prefix}`;
