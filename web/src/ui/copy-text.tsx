import { Check, Copy } from 'lucide-react';
import { useState } from 'react';

/** A text to copy, whole and in mono. */
export function CopyText({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <div className="relative rounded-md bg-base-200 border border-base-300">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by key */}
      <pre className="mono p-3 pr-12 overflow-x-auto" tabIndex={0}>
        {text}
      </pre>
      <span className="absolute top-1.5 right-1.5">
        <CopyButton text={text} what={what} />
      </span>
    </div>
  );
}

export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [copied, setCopied] = useState(false);
  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      className="btn btn-ghost btn-xs btn-square size-6"
      title={`Copy ${what}`}
      onClick={() =>
        void navigator.clipboard?.writeText(text).then(() => {
          setCopied(true);
          setTimeout(() => setCopied(false), 1_500);
        })
      }
    >
      <Icon size={13} aria-hidden="true" />
      <span className="sr-only">{copied ? 'Copied' : `Copy ${what}`}</span>
    </button>
  );
}
