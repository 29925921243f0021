/**
 * Encrypts what is stored and secret, with a key drawn from SECRET_KEY_BASE: AES-256-GCM, a fresh nonce each time. A
 * sealed text is `v1.` and base64 of nonce, tag and cipher text.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { ConfigError } from './config-error.ts';

const version = 'v1.';
const nonceBytes = 12;
const tagBytes = 16;

export class Seal {
  readonly #key: Buffer;

  constructor(secretKeyBase: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secretKeyBase, '', 'openai-batch-manager stored secrets', 32));
  }

  close(text: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return version + Buffer.concat([nonce, cipher.getAuthTag(), content]).toString('base64');
  }

  /** @throws ConfigError when it was sealed with another key, or changed since */
  open(sealed: string): string {
    const bytes = Buffer.from(sealed.slice(version.length), 'base64');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, nonceBytes));
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      const content = bytes.subarray(nonceBytes + tagBytes);
      return Buffer.concat([decipher.update(content), decipher.final()]).toString('utf8');
    } catch {
      throw new ConfigError([wrongKey]);
    }
  }
}

/** Sealed at the first start and opened at every later one. */
export const sealedProof = 'openai-batch-manager';

const wrongKey =
  'SECRET_KEY_BASE is not the one that this database was made with: its stored secrets cannot be read. Give the ' +
  'old one back (without the setting it is in the file secret-key-base beside the database).';
