package wire

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// ServerError returns the error in the body of an ErrorResponse, as *pgconn.PgError.
func ServerError(body []byte) error {
	var m pgproto3.ErrorResponse
	if err := m.Decode(body); err != nil {
		return fmt.Errorf("error response: %w", err)
	}
	return pgconn.ErrorResponseToPgError(&m)
}
