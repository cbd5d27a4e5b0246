/** How long a commit may take unless the user says otherwise: shorter than any session timeout. */
export const commitDeadlineMs = 15_000;
