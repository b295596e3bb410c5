package keystore

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"
)

// roundsMax bounds the work that a file may ask for; Java writes 10,000, OpenSSL 2,048.
const roundsMax = 5_000_000

var errPassword = errors.New("the password is wrong, or the file is damaged")

// encryptedKey is an EncryptedPrivateKeyInfo (RFC 5208), also the shape of encrypted content in PKCS12.
type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

// openPKCS8 decrypts a private key.
func openPKCS8(raw []byte, password string) (crypto.PrivateKey, error) {
	var info encryptedKey
	if rest, err := asn1.Unmarshal(raw, &info); err != nil || len(rest) > 0 {
		return nil, errors.New("private key: it is not encrypted, although a password is given")
	}
	plain, err := decrypt(info.Algorithm, info.Data, password)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", errPassword)
	}
	return key, nil
}

// decrypt undoes an encryption by password: PBES2, or one of the older schemes of PKCS12.
func decrypt(a pkix.AlgorithmIdentifier, data []byte, password string) ([]byte, error) {
	if a.Algorithm.Equal(oidPBES2) {
		return decryptPBES2(a.Parameters.FullBytes, data, password)
	}
	return decryptOld(a, data, password)
}

var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
)

// prfs are the hashes of PBKDF2, by the last arcs of 1.2.840.113549.2.
var prfs = map[string]func() hash.Hash{
	"1.2.840.113549.2.7":  sha1.New,
	"1.2.840.113549.2.8":  sha256.New224,
	"1.2.840.113549.2.9":  sha256.New,
	"1.2.840.113549.2.10": sha512.New384,
	"1.2.840.113549.2.11": sha512.New,
}

// schemes are the ciphers of PBES2: the bytes of their keys, and how they are made.
var schemes = map[string]struct {
	keyBytes int
	open     func([]byte) (cipher.Block, error)
}{
	"2.16.840.1.101.3.4.1.2":  {16, aes.NewCipher},
	"2.16.840.1.101.3.4.1.22": {24, aes.NewCipher},
	"2.16.840.1.101.3.4.1.42": {32, aes.NewCipher},
	"1.2.840.113549.3.7":      {24, des.NewTripleDESCipher},
}

type pbes2 struct {
	Derivation, Scheme pkix.AlgorithmIdentifier
}

type pbkdf2Params struct {
	Salt     []byte
	Rounds   int
	KeyBytes int                      `asn1:"optional"`
	PRF      pkix.AlgorithmIdentifier `asn1:"optional"`
}

// decryptPBES2 undoes RFC 8018's second scheme.
func decryptPBES2(params, data []byte, password string) ([]byte, error) {
	var p pbes2
	if _, err := asn1.Unmarshal(params, &p); err != nil {
		return nil, fmt.Errorf("encryption: %w", err)
	}
	if !p.Derivation.Algorithm.Equal(oidPBKDF2) {
		return nil, fmt.Errorf("encryption: derivation %s is not known", p.Derivation.Algorithm)
	}
	var d pbkdf2Params
	if _, err := asn1.Unmarshal(p.Derivation.Parameters.FullBytes, &d); err != nil {
		return nil, fmt.Errorf("encryption: %w", err)
	}
	if d.Rounds < 1 || d.Rounds > roundsMax {
		return nil, fmt.Errorf("encryption: %d rounds, at most %d are accepted", d.Rounds, roundsMax)
	}
	prf := sha1.New // RFC 8018's default
	if len(d.PRF.Algorithm) > 0 {
		if prf = prfs[d.PRF.Algorithm.String()]; prf == nil {
			return nil, fmt.Errorf("encryption: hash %s is not known", d.PRF.Algorithm)
		}
	}
	scheme, ok := schemes[p.Scheme.Algorithm.String()]
	if !ok {
		return nil, fmt.Errorf("encryption: cipher %s is not known", p.Scheme.Algorithm)
	}
	var iv []byte
	if _, err := asn1.Unmarshal(p.Scheme.Parameters.FullBytes, &iv); err != nil {
		return nil, fmt.Errorf("encryption: %w", err)
	}
	key, err := pbkdf2.Key(prf, password, d.Salt, d.Rounds, scheme.keyBytes)
	if err != nil {
		return nil, fmt.Errorf("encryption: %w", err)
	}
	block, err := scheme.open(key)
	if err != nil {
		return nil, fmt.Errorf("encryption: %w", err)
	}
	return decryptCBC(block, iv, data)
}

// decryptCBC decrypts and takes the padding off.
func decryptCBC(block cipher.Block, iv, data []byte) ([]byte, error) {
	size := block.BlockSize()
	if len(iv) != size || len(data) == 0 || len(data)%size != 0 {
		return nil, errors.New("encryption: the data is no whole number of blocks")
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > size {
		return nil, errPassword
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			return nil, errPassword
		}
	}
	return plain[:len(plain)-pad], nil
}
