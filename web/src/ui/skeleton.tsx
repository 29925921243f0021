/** Rows that stand where the real ones will, so that nothing moves when they come. */
export function SkeletonRows({ rows = 8, label }: { readonly rows?: number; readonly label: string }) {
  return (
    <div role="status" aria-label={label} aria-busy="true">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are alike and never move
        <div key={index} className="h-[34px] border-b border-base-300/60 flex items-center gap-4 px-2">
          <span className="h-3 rounded bg-base-300/60 w-16" />
          <span className="h-3 rounded bg-base-300/60 flex-1" />
          <span className="h-3 rounded bg-base-300/60 w-24" />
        </div>
      ))}
    </div>
  );
}
