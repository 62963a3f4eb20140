/** The gate: two posts, a lintel and a beam. */
export function BrandMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={className} fill="none" stroke="currentColor">
      <g strokeWidth="2" strokeLinecap="round">
        <path d="M3 5.5c3.2 1.2 14.8 1.2 18 0" />
        <path d="M5 10.5h14" />
        <path d="M7.5 6.5V20" />
        <path d="M16.5 6.5V20" />
      </g>
    </svg>
  );
}
