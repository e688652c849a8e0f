// Settings of the mail server.

export interface MailSettings {
  readonly host: string;
  readonly port: number;
  /** True = the connection begins with TLS (smtps). False = it changes to TLS with STARTTLS. */
  readonly implicit_tls: boolean;
  readonly is_loopback: boolean;
  readonly credentials: { readonly user: string; readonly pass: string } | undefined;
  readonly from: { readonly name: string; readonly address: string };
}
