import { type ReactNode, useEffect, useRef } from 'react';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly wide?: boolean;
}

/** A modal that gives the focus back where it came from. */
export function Dialog({ title, onClose, children, wide = false }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      className="modal"
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === box.current) onClose();
      }}
      onKeyDown={() => undefined}
    >
      <div
        className={`modal-box whitespace-normal text-left border border-base-300 ${wide ? 'max-w-2xl' : 'max-w-md'}`}
      >
        <h2 id="dialog-title" className="text-base mb-3">
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}
